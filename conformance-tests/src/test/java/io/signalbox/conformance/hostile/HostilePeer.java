package io.signalbox.conformance.hostile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A socket in the hands of somebody who keeps no rules: sends any bytes, reads only when it wants to, never blocks for longer
 * than it says. Used by one thread.
 */
final class HostilePeer implements AutoCloseable {

    private static final Duration WRITE_LIMIT = Duration.ofSeconds(2);

    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer incoming = ByteBuffer.allocate(64 << 10);
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final InetSocketAddress address;
    private final List<HostilePeer> crowd = new ArrayList<>();
    private ByteBuffer flood = ByteBuffer.allocate(0);
    private boolean closed;

    HostilePeer(InetSocketAddress address) throws IOException {
        this.address = address;
        channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
    }

    /** Sends all of it; false if the broker has closed, or takes no more for two seconds. */
    boolean send(byte[] bytes) {
        return send(bytes, WRITE_LIMIT);
    }

    /** Sends until the broker takes no more for {@code limit}. */
    boolean send(byte[] bytes, Duration limit) {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (out.hasRemaining()) {
                if (channel.write(out) > 0) continue;
                if (System.nanoTime() - deadline > 0) return false;
                await(SelectionKey.OP_WRITE, 5);
            }
            return true;
        } catch (IOException e) {
            closed = true;
            return false;
        }
    }

    /** Sends one byte, or a few, at a time. */
    boolean drip(byte[] bytes, int step) {
        for (int at = 0; at < bytes.length; at += step) {
            int length = Math.min(step, bytes.length - at);
            byte[] drop = new byte[length];
            System.arraycopy(bytes, at, drop, 0, length);
            if (!send(drop)) return false;
        }
        return true;
    }

    /** So many more like this one; they close with it. */
    List<HostilePeer> crowd(int peers) throws IOException {
        while (crowd.size() < peers) crowd.add(new HostilePeer(address));
        return List.copyOf(crowd);
    }

    /** Sends what the broker takes now of these bytes, repeated without end. */
    void flood(byte[] bytes) {
        if (closed) return;
        try {
            if (!flood.hasRemaining()) flood = ByteBuffer.wrap(bytes);
            channel.write(flood);
        } catch (IOException e) {
            closed = true;
        }
    }

    /** Reads until the broker closes; false if it has not within {@code limit}. */
    boolean isClosedWithin(Duration limit) {
        readUntil(limit, bytes -> false);
        return closed;
    }

    /** Reads until what has come satisfies {@code enough}; false if it did not within {@code limit}. */
    boolean readUntil(Duration limit, Predicate<byte[]> enough) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (!closed && System.nanoTime() - deadline < 0) {
                incoming.clear();
                int count = channel.read(incoming);
                if (count < 0) closed = true;
                if (count > 0) received.write(incoming.array(), 0, count);
                if (enough.test(received.toByteArray())) return true;
                if (count == 0) await(SelectionKey.OP_READ, 5);
            }
        } catch (IOException e) {
            closed = true;
        }
        return enough.test(received.toByteArray());
    }

    byte[] received() {
        return received.toByteArray();
    }

    boolean isClosed() {
        return closed;
    }

    private void await(int operation, long millis) throws IOException {
        channel.keyFor(selector).interestOps(operation);
        selector.select(millis);
        selector.selectedKeys().clear();
    }

    @Override
    public void close() throws IOException {
        for (HostilePeer peer : crowd) peer.close();
        channel.close();
        selector.close();
    }
}
