package io.signalbox.benchmarks.mqtt;

import io.netty.buffer.ByteBuf;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.mqtt.MqttWriter.Login;
import io.signalbox.benchmarks.mqtt.MqttWriter.Session;
import io.signalbox.benchmarks.wire.FrameHandler;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A client's connection from CONNECT to DISCONNECT. Confined to the generator's event loop. */
abstract class MqttPeer extends FrameHandler {

    private final MqttClient client;
    private final Session session;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private boolean isPresent;

    MqttPeer(MqttClient client, Session session, Trouble trouble) {
        super("MQTT client " + client.id(), trouble);
        this.client = client;
        this.session = session;
    }

    /** Completed when the client may be used. */
    final CompletableFuture<Void> ready() {
        return ready;
    }

    final void becomeReady() {
        ready.complete(null);
    }

    /** Whether the broker has kept the session of before, and says so. */
    final boolean isResumed() {
        return session == Session.RESUMED && isPresent;
    }

    final MqttVersion version() {
        return client.version();
    }

    @Override
    protected final void onFailure(String sentence) {
        ready.completeExceptionally(new IllegalStateException(sentence));
    }

    /** The broker has accepted the connection. */
    abstract void onAccepted();

    /** Any packet after CONNACK; the reader index stands behind the fixed header. */
    abstract void onPacket(int firstByte, ByteBuf in, int end);

    @Override
    protected final int frameBytes(ByteBuf in) {
        return in.readableBytes() < 2 ? -1 : MqttPacket.bytes(in);
    }

    @Override
    protected final void onConnected() {
        Optional<String> user = client.url().user();
        Login login = new Login(client.id(), session, user, client.url().password());
        MqttWriter.connect(out(1024), client.version(), login);
    }

    @Override
    protected final void onFrame(ByteBuf in, int end) {
        int firstByte = in.getUnsignedByte(in.readerIndex());
        MqttPacket.skipFixedHeader(in);
        if (firstByte == MqttPacket.CONNACK) {
            isPresent = (in.readByte() & 1) != 0; // MQTT-3.2.2-2
            int code = in.readUnsignedByte();
            if (code != 0) fail("the broker refuses the connection with code " + code);
            else onAccepted();
        } else if (firstByte == MqttPacket.DISCONNECT) {
            fail("the broker disconnects"
                    + (end > in.readerIndex() ? " with reason 0x" + Integer.toHexString(in.readUnsignedByte()) : ""));
        } else {
            onPacket(firstByte, in, end);
        }
    }

    /** Says goodbye and closes. */
    final void leave() {
        if (!expectEnd()) return;
        MqttWriter.disconnect(out(2));
        flush();
        close();
    }
}
