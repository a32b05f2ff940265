package io.signalbox.amqp;

import java.util.ArrayDeque;

/**
 * The large deliveries of one connection that are on their way out: they take turns frame by frame, and go on while the socket
 * takes more, so what other links have to send goes between them. What is for the same link waits behind (AMQP 1.0
 * §2.6.14 lets the frames of two deliveries mix on no link). Confined to the connection's event loop.
 */
final class LargeTransfers {

    private final FrameWriter writer;
    private final ArrayDeque<LargeTransfer> turns = new ArrayDeque<>(0);

    /** One of them. */
    static final class LargeTransfer {
        private final SessionOutput output;
        private final OutgoingTransfer transfer;
        private final ArrayDeque<OutgoingTransfer> behind = new ArrayDeque<>(0);

        private LargeTransfer(SessionOutput output, OutgoingTransfer transfer) {
            this.output = output;
            this.transfer = transfer;
        }
    }

    LargeTransfers(FrameWriter writer) {
        this.writer = writer;
    }

    /** Takes a transfer that is large, or is for a link on which a large one has begun; else false. */
    boolean take(SessionOutput output, OutgoingTransfer transfer) {
        OutgoingLink link = transfer.link();
        LargeTransfer before = link.large();
        if (before != null) {
            before.behind.add(transfer);
            return true;
        }
        if (!transfer.isLarge()) return false;
        LargeTransfer begun = new LargeTransfer(output, transfer);
        link.largeBegins(begun);
        turns.add(begun);
        return true;
    }

    /** Sends as much as the socket, the sessions' windows and the log allow. */
    void goOn() {
        int idle = 0;
        while (idle < turns.size() && !writer.isCongested()) {
            LargeTransfer next = turns.remove();
            idle = next.output.sendFrame(next.transfer) ? 0 : idle + 1;
            if (next.transfer.isComplete()) end(next);
            else turns.add(next);
        }
    }

    private void end(LargeTransfer done) {
        done.transfer.close();
        done.transfer.link().largeHasEnded();
        done.behind.forEach(done.output::send);
    }

    /** The link goes: nothing of it is sent any more. */
    void withdraw(OutgoingLink link) {
        LargeTransfer gone = link.large();
        if (gone == null) return;
        turns.remove(gone);
        withdraw(gone.transfer);
        gone.behind.forEach(LargeTransfers::withdraw);
    }

    /** It is not sent on, or not at all. */
    static void withdraw(OutgoingTransfer transfer) {
        transfer.close();
        if (!transfer.isNumbered()) transfer.link().withdrawn(transfer.delivery());
    }
}
