package io.signalbox.conformance.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What tests may expect of the broker they are given: that it is empty, and there in less than a second. */
@ExtendWith(SharedBroker.class)
@Isolated
final class SharedBrokerIT {

    private static final int MOST_STARTS = 15;
    private static final long LIMIT_MILLIS = 1_000;

    @RepeatedTest(2)
    void noTestSeesTheQueuesOfAnother(BrokerUnderTest broker) {
        assertEquals(Map.of(), broker.control().queueDepths());
        broker.control().addQueue("left.behind");
    }

    @Test
    void aFreshBrokerIsNobodyElses(BrokerUnderTest shared, @Fresh BrokerUnderTest own) {
        assertNotEquals(shared.mqtt().getPort(), own.mqtt().getPort());
        shared.control().addQueue("shared.queue");
        assertEquals(Map.of(), own.control().queueDepths());
    }

    /** One of a few, since other work on the machine makes a start longer and nothing makes it shorter. */
    @ParameterizedTest
    @EnumSource
    void bothKindsServeWithinASecond(BrokerKind kind) {
        long best = Long.MAX_VALUE;
        for (int starts = 0; starts < MOST_STARTS && best >= LIMIT_MILLIS; starts++)
            best = Math.min(best, startMillis(kind));
        System.out.println("fixture: " + kind + " serves after " + best + " ms");
        assertTrue(best < LIMIT_MILLIS, "the best of " + MOST_STARTS + " starts took " + best + " ms");
    }

    private static long startMillis(BrokerKind kind) {
        BrokerOptions options = BrokerOptions.fresh();
        long start = System.nanoTime();
        try (BrokerUnderTest broker = kind.start(options)) {
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            assertEquals(Map.of(), broker.control().queueDepths());
            return millis;
        } finally {
            BrokerProcess.deleteData(options.dataDirectory());
        }
    }
}
