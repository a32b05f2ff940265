package io.signalbox.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.signalbox.broker.LargeArrival;
import io.signalbox.broker.concurrent.Throttle;
import io.signalbox.broker.security.Identity;
import io.signalbox.mqtt.codec.Packet;
import io.signalbox.mqtt.codec.PacketEncoder;
import io.signalbox.mqtt.codec.PacketReader;
import io.signalbox.mqtt.codec.PacketType;
import io.signalbox.mqtt.codec.Property;
import io.signalbox.mqtt.codec.PropertySet;
import io.signalbox.mqtt.codec.ProtocolVersion;
import io.signalbox.mqtt.codec.ReasonCode;
import io.signalbox.mqtt.codec.Refusal;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection, and the one handler in its channel: bytes in, packets to the current {@link Stage}, and the one
 * place where a refusal becomes an answer and an end (§4.13). Confined to its event loop.
 */
final class MqttConnection extends Watched implements PacketReader.Sink {

    private static final Logger LOG = LoggerFactory.getLogger(MqttConnection.class);

    /** How long a client may take to read why it was disconnected. */
    private static final long LINGER_MILLIS = 1000;

    /** How a TLS connection begins (RFC 8446 §5.1); in MQTT, a CONNECT with reserved flags. */
    private static final int TLS_HANDSHAKE = 0x16;

    private final ListenerLoop loop;
    private final Channel channel;
    private final boolean lingers;
    private final PacketReader reader;
    private final MqttOutput output;
    private Stage stage;
    private @Nullable Identity identity; // once it is known
    private boolean closed;
    private boolean reading;

    MqttConnection(ListenerLoop loop, Channel channel, Carrier carrier) {
        this.loop = loop;
        this.channel = channel;
        this.lingers = carrier == Carrier.SOCKET;
        this.reader = new PacketReader(loop.decoder(), context().settings().connectPacketBytes());
        this.output = new MqttOutput(this, PacketEncoder.of(ProtocolVersion.V3_1_1));
        this.stage = new Connecting(loop, this);
        expectWithin(context().settings().connectTimeoutMillis());
        context().counters().connectionsOpened.increment();
    }

    private boolean isAccepted() {
        return !(stage instanceof Connecting);
    }

    private ListenerContext context() {
        return loop.context();
    }

    ListenerLoop loop() {
        return loop;
    }

    Channel channel() {
        return channel;
    }

    MqttOutput output() {
        return output;
    }

    boolean isV5() {
        return reader.version().equals(Optional.of(ProtocolVersion.V5));
    }

    boolean isClosed() {
        return closed;
    }

    /** The client has been let in, by a verdict that may be old already. */
    void identified(Identity proved) {
        identity = proved;
        context().counters().arrived(proved.owner());
        recheckIdentity();
    }

    /** Users have changed: who is not let in any more is sent away. */
    void recheckIdentity() {
        Identity known = identity;
        if (closed || known == null || context().authenticator().isCurrent(known)) return;
        String why = known.owner().isEmpty()
                ? "this server has users now and wants to know who you are"
                : "the user was removed or has another password now";
        refuse(new Refusal(isAccepted() ? ReasonCode.ADMINISTRATIVE_ACTION : ReasonCode.NOT_AUTHORIZED, why));
    }

    /** CONNACK has been written: what follows is read by {@code next}, within the limits that were agreed. */
    void accept(Stage next, int keepAliveSeconds) {
        stage = next;
        reader.maximumPacketSize(context().settings().maximumPacketBytes());
        reader.handOn();
        watch(keepAliveSeconds);
        resume();
    }

    /** Takes the bytes over and reads what can be read now. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        ByteBuf bytes = (ByteBuf) read;
        if (closed) {
            bytes.release();
            return;
        }
        heard();
        if (!isAccepted() && reader.pendingBytes() == 0) noteTls(bytes);
        reading = true;
        try {
            guard(() -> reader.feed(bytes, this));
        } finally {
            reading = false;
        }
        readAsReady();
    }

    /** A client with TLS on a port without it: its bytes are refused as any that are no CONNECT, and the log says why. */
    private void noteTls(ByteBuf bytes) {
        if (!bytes.isReadable() || bytes.getUnsignedByte(bytes.readerIndex()) != TLS_HANDSHAKE) return;
        long heldBack = context().complaints().pass();
        if (heldBack == Throttle.HELD_BACK) return;
        LOG.info(
                "event=mqtt_client_speaks_tls remote={} fix=\"TLS is served on the port mqtt.tls-port, not on this"
                        + " one\" not_told_before={}",
                channel.remoteAddress(),
                heldBack);
    }

    /** A mistake of ours: it costs this connection and no other. */
    void fail(Throwable mistake) {
        LOG.error("event=mqtt_connection_failed remote={}", channel.remoteAddress(), mistake);
        disconnect(ReasonCode.UNSPECIFIED_ERROR, "the server made a mistake; its log says which");
    }

    /** Runs what comes back from elsewhere, unless the connection has ended; errors are caught as if a packet had come. */
    void run(Runnable task) {
        if (!closed) guard(task);
    }

    private void guard(Runnable task) {
        try {
            task.run();
        } catch (Refusal refusal) {
            refuse(refusal);
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** The stage may have become ready: reads on with what has arrived. */
    void resume() {
        if (closed || reading) return; // the reader asks before each packet
        reading = true;
        try {
            guard(() -> reader.readPackets(this));
        } finally {
            reading = false;
        }
        readAsReady();
        readComplete();
    }

    /** Goes on with a packet that has waited for the core; what is wrong with it ends the connection as if it came now. */
    void goOn(Runnable rest) {
        if (closed) return;
        guard(rest);
        resume();
    }

    /** What cannot be worked on is left to the socket, and so to the client. */
    private void readAsReady() {
        boolean wanted = closed || (isReady() && !reader.isHeldUp());
        if (channel.config().isAutoRead() != wanted) channel.config().setAutoRead(wanted);
    }

    private void readComplete() {
        if (!closed) stage.onReadComplete();
        output.flush();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        readComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        writabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(Stage.Ending.LOST);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) end(Stage.Ending.LOST); // the network's
        else fail(cause);
    }

    void writabilityChanged() {
        if (closed) return;
        output.flush();
        stage.onWritabilityChanged();
        resume();
    }

    /** Who does not read our answers is not read either, so that they cannot pile up. */
    @Override
    public boolean isReady() {
        return !closed && output.hasRoomForAnswers() && stage.isReady();
    }

    @Override
    public void onPacket(Packet packet) {
        stage.onPacket(packet);
    }

    @Override
    public LargeArrival onLarge() {
        return new LargeArrival(loop.core(), context().host().store(), this::resume);
    }

    /** Answers as the protocol allows at this point, and ends (§4.13). */
    void refuse(Refusal refusal) {
        if (closed) return;
        context().counters().refusals(refusal.reason()).increment();
        LOG.debug(
                "event=mqtt_refused remote={} reason={} sentence=\"{}\"",
                channel.remoteAddress(),
                refusal.reason(),
                refusal.sentence());
        PropertySet why = why(refusal.sentence());
        if (isAccepted()) {
            say(refusal.reason(), why);
        } else {
            refuseConnect(refusal.reason(), why);
        }
        end(Stage.Ending.LOST);
    }

    /** MQTT-3.1.4-1, 3.1.1 MQTT-3.2.2-6: CONNACK only where it can say why. */
    private void refuseConnect(ReasonCode reason, PropertySet why) {
        boolean versionKnown = reader.version().isPresent();
        if (!versionKnown && reason != ReasonCode.UNSUPPORTED_PROTOCOL_VERSION) return;
        ProtocolVersion version = reader.version().orElse(ProtocolVersion.V3_1_1);
        // A CONNECT that was read has said what its client takes (MQTT-3.2.2-19).
        if (output.encoder().version() != version) output.encodeWith(PacketEncoder.of(version));
        if (!output.encoder().canSayInConnAck(reason)) return;
        output.write(new Packet.ConnAck(false, reason, why)); // MQTT-3.2.2-6
    }

    private static PropertySet why(String sentence) {
        return PropertySet.builder().with(Property.REASON_STRING, sentence).build();
    }

    /** MQTT-3.14.0-1: DISCONNECT is for 5.0 clients that had their CONNACK. */
    private void say(ReasonCode reason, PropertySet why) {
        if (isV5() && reason.isAllowedIn(PacketType.DISCONNECT)) output.write(new Packet.Disconnect(reason, why));
    }

    /** Ends the connection from this side, saying why if there is a way to. */
    void disconnect(ReasonCode reason, String sentence) {
        if (closed) return;
        if (isAccepted()) say(reason, why(sentence));
        end(Stage.Ending.LOST);
    }

    /** The session is another connection's (MQTT-3.1.4-3). */
    void takenOver() {
        disconnect(ReasonCode.SESSION_TAKEN_OVER, "another connection has come with the same client identifier");
    }

    /** The server stops (§3.14.2.1 0x8B). */
    void shutDown() {
        if (isAccepted()) {
            disconnect(ReasonCode.SERVER_SHUTTING_DOWN, "the server is shutting down");
        } else {
            refuse(new Refusal(ReasonCode.SERVER_UNAVAILABLE, "the server is shutting down"));
        }
    }

    /** The client has sent DISCONNECT, after which it sends nothing more (MQTT-3.14.4-2): no input is left to wait for. */
    void left(Stage.Ending ending) {
        end(ending, true);
    }

    /** Whoever has ended it: from now on nothing is read or written. */
    void end(Stage.Ending ending) {
        end(ending, false);
    }

    private void end(Stage.Ending ending, boolean goodbye) {
        if (closed) return;
        closed = true;
        endWatch();
        stage.onClosed(ending);
        reader.close();
        output.end();
        if (identity != null) context().counters().left(identity.owner());
        context().counters().connectionsClosed.increment();
        linger(goodbye);
    }

    /**
     * Closes so that the last words arrive: a socket closed with unread input resets the connection, and what was written is
     * lost. So the output ends, input is thrown away, and the socket closes when the client does, or soon. Of a client that said goodbye
     * nothing more comes: what was handed to the system arrives without all that.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // whatever becomes of it, the connection has ended
    private void linger(boolean goodbye) {
        if (!channel.isActive()) return;
        // Netty counts some bytes for each that waits, and up to one more here.
        boolean allSent = channel.bytesBeforeUnwritable() >= channel.config().getWriteBufferHighWaterMark();
        if (!lingers || (goodbye && allSent) || !(channel instanceof DuplexChannel duplex)) {
            channel.close();
            return;
        }
        duplex.shutdownOutput();
        channel.config().setAutoRead(true);
        Future<?> end = channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        // Or the timer would hold all that belonged to the connection until then, of many that come and go.
        channel.closeFuture().addListener(gone -> end.cancel(false));
    }

    @Override
    KeepAliveWheel wheel() {
        return loop.keepAlives();
    }

    /** Whoever we did not read for our own reasons is not silent. */
    @Override
    boolean isExcused() {
        return isAccepted() && (!stage.isReady() || reader.isHeldUp());
    }

    @Override
    void onSilence() {
        if (isAccepted()) {
            // MQTT-3.1.2-22
            disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT, "nothing came for one and a half times the keep alive");
        } else {
            end(Stage.Ending.LOST);
        }
    }
}
