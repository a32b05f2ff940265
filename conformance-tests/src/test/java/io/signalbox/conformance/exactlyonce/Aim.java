package io.signalbox.conformance.exactlyonce;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The gap in which one client is to stand when the broker is killed. The first exchange that gets there goes no further,
 * as far as that is the client's to say. Set by the campaign, met by the client's thread.
 */
final class Aim {

    /** A client that nobody aims at. */
    static final Aim NONE = new Aim(Gap.PUBCOMP_NEXT_USE, false, true);

    private final Gap gap;
    private final boolean takeover;
    private final CountDownLatch reached = new CountDownLatch(1);
    private boolean met;

    /** @param takeover whether the client connects anew, without closing, as soon as it stands there */
    Aim(Gap gap, boolean takeover) {
        this(gap, takeover, false);
    }

    private Aim(Gap gap, boolean takeover, boolean met) {
        this.gap = gap;
        this.takeover = takeover;
        this.met = met;
    }

    Gap gap() {
        return gap;
    }

    /** An exchange stands in this gap: whether it is the one, so that it stays there. */
    synchronized boolean holds(Gap there) {
        if (met || there != gap) return false;
        met = true;
        if (!takeover) reached.countDown();
        return true;
    }

    /** Whether the client has to connect anew now; {@link #tookOver} follows. */
    synchronized boolean isTakeoverDue() {
        return takeover && met && reached.getCount() > 0;
    }

    /** The CONNECT of the takeover has left. */
    void tookOver() {
        reached.countDown();
    }

    boolean awaitReached(long millis) throws InterruptedException {
        return reached.await(millis, TimeUnit.MILLISECONDS);
    }
}
