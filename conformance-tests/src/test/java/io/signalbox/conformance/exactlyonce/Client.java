package io.signalbox.conformance.exactlyonce;

import io.signalbox.conformance.process.Await;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One run of a client: a thread that plays its {@link Role} until the connection ends or it is killed. */
final class Client {

    private final Role role;
    private final InetSocketAddress address;
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private volatile @Nullable Wire wire;
    private volatile boolean killed;

    private Client(Role role, InetSocketAddress address) {
        this.role = role;
        this.address = address;
    }

    static Client start(Role role, InetSocketAddress address) {
        Client client = new Client(role, address);
        Thread thread = new Thread(client::run, role.clientId());
        thread.setDaemon(true);
        thread.start();
        return client;
    }

    private void run() {
        try {
            connect(() -> {});
            for (Wire now = wire; now != null && !killed; now = wire) {
                role.onPacket(now, now.read());
                if (!role.aim().isTakeoverDue()) continue;
                connect(role.aim()::tookOver); // the broker ends the other one (MQTT-3.1.4-2)
            }
            ended.complete("killed");
        } catch (IOException e) {
            ended.complete(String.valueOf(e));
        } catch (RuntimeException | Error e) {
            ended.completeExceptionally(e);
        }
    }

    private void connect(Runnable connectHasLeft) throws IOException {
        Wire next = new Wire(address, role.clientId());
        wire = next;
        connectHasLeft.run();
        Wire.Packet connAck = next.read();
        if (connAck.first() != Wire.CONNACK) throw new IOException("no CONNACK but " + connAck);
        if ((connAck.packetId() & 0xFF) != 0) throw new IOException("refused with " + connAck.packetId());
        role.onConnected(next, connAck.packetId() >> 8 == 1);
    }

    /** The client's kill: nothing is read, written or remembered any more. */
    void kill() {
        killed = true;
        role.die();
        close();
    }

    void close() {
        Wire now = wire;
        if (now != null) now.close();
    }

    /** Waits until the connection has ended, and fails if the client found something wrong. */
    void awaitEnd() {
        Await.get("the end of " + role.clientId(), ended);
    }

    boolean hasEnded() {
        return ended.isDone();
    }
}
