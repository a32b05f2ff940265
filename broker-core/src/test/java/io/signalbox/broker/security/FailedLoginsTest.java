package io.signalbox.broker.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FailedLoginsTest {

    private final AtomicLong nanoTime = new AtomicLong();
    private final FailedLogins failures = new FailedLogins(nanoTime::get);

    private static InetSocketAddress address(String text) throws Exception {
        return new InetSocketAddress(InetAddress.getByName(text), 4711);
    }

    @Test
    void anAddressIsHeldBackAboutAUserAfterTenFailuresAndForAMinute() throws Exception {
        for (int i = 0; i < FailedLogins.MOST_PER_USER; i++) {
            assertFalse(failures.areTooMany(address("192.0.2.1"), "ann"));
            failures.add(address("192.0.2.1"), "ann");
        }

        assertTrue(failures.areTooMany(address("192.0.2.1"), "ann"));
        assertFalse(failures.areTooMany(address("192.0.2.1"), "ben"));
        assertFalse(failures.areTooMany(address("192.0.2.2"), "ann"));
        nanoTime.addAndGet(TimeUnit.MINUTES.toNanos(1));
        assertFalse(failures.areTooMany(address("192.0.2.1"), "ann"));
    }

    @Test
    void anAddressThatTriesManyUsersIsHeldBackAboutAll() throws Exception {
        for (int i = 0; i < FailedLogins.MOST_PER_ADDRESS; i++) {
            assertFalse(failures.areTooMany(address("192.0.2.1")));
            failures.add(address("192.0.2.1"), "user" + i);
        }

        assertTrue(failures.areTooMany(address("192.0.2.1")));
        assertFalse(failures.areTooMany(address("192.0.2.2")));
    }

    @Test
    void ofIpVersion6TheNetworkCounts() throws Exception {
        for (int i = 0; i < FailedLogins.MOST_PER_ADDRESS; i++) failures.add(address("2001:db8::" + i), "ann");

        assertTrue(failures.areTooMany(address("2001:db8::ffff")));
        assertFalse(failures.areTooMany(address("2001:db8:0:1::1")));
    }

    @Test
    void manyGuessersDoNotHoldOthersBack() throws Exception {
        for (int i = 0; i < 500; i++) {
            for (int j = 0; j < FailedLogins.MOST_PER_ADDRESS; j++)
                failures.add(address("192.0." + i / 250 + "." + i % 250), "ann");
        }

        int heldBack = 0;
        for (int i = 0; i < 1000; i++) {
            if (failures.areTooMany(address("198.51." + i / 250 + "." + i % 250))) heldBack++;
        }
        // Each is in two tables of 16,384 counters: by chance about 4 in 1,000, and never a tenth.
        assertEquals(0, heldBack / 100, () -> "too many held back");
    }
}
