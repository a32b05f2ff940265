package io.signalbox.broker.security;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * Counts failed logins of the running minute, by address and by address and user, so that guessing is slow. However many
 * addresses there are, it takes 256 KiB: two tables of counters, of which the lower counts, so that others are taken for
 * guessers only if they meet guessers in both. Thread-safe, without a lock.
 */
final class FailedLogins {

    /** Failures in a minute after which an address is not listened to about a user. */
    static final int MOST_PER_USER = 10;

    /** Failures in a minute after which an address has no more passwords checked that are not known to be right. */
    static final int MOST_PER_ADDRESS = 30;

    private static final int SLOTS = 1 << 14;
    private static final int COUNT_BITS = 24;
    private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier nanoTime;
    private final long startNanos;

    /** Unknown to peers, so that nobody can choose whom to share counters with. */
    private final long seed = new SecureRandom().nextLong();

    private final AtomicLongArray first = new AtomicLongArray(SLOTS);
    private final AtomicLongArray second = new AtomicLongArray(SLOTS);

    FailedLogins(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
    }

    void add(SocketAddress remote, String user) {
        addTo(keyOf(remote));
        addTo(keyOf(remote, user));
    }

    boolean areTooMany(SocketAddress remote) {
        return count(keyOf(remote)) >= MOST_PER_ADDRESS;
    }

    boolean areTooMany(SocketAddress remote, String user) {
        return count(keyOf(remote, user)) >= MOST_PER_USER;
    }

    private long keyOf(SocketAddress remote) {
        if (!(remote instanceof InetSocketAddress socket) || socket.getAddress() == null) return mix(seed);
        InetAddress address = socket.getAddress();
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        // Of IPv6 the network counts: whoever has one has all of its addresses (RFC 6177).
        return mix(seed ^ (address instanceof Inet6Address ? bytes.getLong() : bytes.getInt()));
    }

    private long keyOf(SocketAddress remote, String user) {
        return mix(keyOf(remote) + user.hashCode());
    }

    private void addTo(long key) {
        increment(first, firstSlot(key));
        increment(second, secondSlot(key));
    }

    private long count(long key) {
        return Math.min(value(first.get(firstSlot(key))), value(second.get(secondSlot(key))));
    }

    private static int firstSlot(long key) {
        return (int) key & (SLOTS - 1);
    }

    private static int secondSlot(long key) {
        return (int) (key >>> 32) & (SLOTS - 1);
    }

    private long minute() {
        return (nanoTime.getAsLong() - startNanos) / MINUTE_NANOS;
    }

    /** A counter is the minute it is of, and the number. */
    private long value(long counter) {
        return counter >>> COUNT_BITS == minute() ? counter & COUNT_MASK : 0;
    }

    private void increment(AtomicLongArray table, int slot) {
        long minute = minute();
        table.updateAndGet(slot, counter -> {
            long count = counter >>> COUNT_BITS == minute ? counter & COUNT_MASK : 0;
            return minute << COUNT_BITS | Math.min(count + 1, COUNT_MASK);
        });
    }

    /** Lets every bit of the input change every bit of the output (the finalizer of MurmurHash3). */
    private static long mix(long value) {
        long mixed = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }
}
