package io.signalbox.benchmarks.amqp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.collection.IntObjectHashMap;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.FrameHandler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A connection with one session, one sender and any number of receivers. It passes SASL, opens, and then gives every frame to what
 * it is for. Confined to the generator's event loop.
 */
final class AmqpPeer extends FrameHandler {

    private static final byte[] SASL_HEADER = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};
    private static final byte[] AMQP_HEADER = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    private static final int HEADER_START = ('A' << 24) | ('M' << 16) | ('Q' << 8) | 'P';
    private static final int MAX_FRAME_BYTES = 1 << 20;
    /** Never closed by us: what a load lets in flight is bounded by credit. */
    static final int INCOMING_WINDOW = Integer.MAX_VALUE;

    private static final int HANDLE_MAX = 65_535;

    private final BrokerUrl url;
    private final String containerId;
    private final Flow flow;
    private final AmqpReader reader = new AmqpReader(Unpooled.EMPTY_BUFFER);
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private @Nullable AmqpSender sender;
    /** By the handles that the broker gave them. */
    private final IntObjectHashMap<AmqpReceiver> receivers = new IntObjectHashMap<>();

    private final List<AmqpReceiver> attaching = new ArrayList<>();
    private final List<AmqpReceiver> touched = new ArrayList<>();
    private final Acceptances acceptances = new Acceptances(this);
    private int handles;
    private int nextIncomingId;
    private int peersMaxFrameBytes = 512;
    private int firstIncomingWindow;

    AmqpPeer(BrokerUrl url, String containerId, Flow flow, Trouble trouble) {
        super("AMQP client " + containerId, trouble);
        this.url = url;
        this.containerId = containerId;
        this.flow = flow;
    }

    /** Completed when links may be attached. */
    CompletableFuture<Void> begun() {
        return begun;
    }

    Flow flow() {
        return flow;
    }

    ByteBuf buffer(int bytes) {
        return out(bytes);
    }

    /** The next transfer's number in this session (§2.5.6); a load's messages are one transfer each. */
    int nextOutgoingId() {
        AmqpSender to = sender;
        return to == null ? 0 : to.nextDeliveryId();
    }

    /** The handle of a link that will be attached. */
    int takeHandle() {
        return handles++;
    }

    /** So many transfers have come. */
    int nextIncomingId() {
        return nextIncomingId;
    }

    /** Answered at the end of the read. */
    void accept(int deliveryId) {
        acceptances.add(deliveryId);
    }

    /** Wants to hear of the end of the read. */
    void touched(AmqpReceiver link) {
        touched.add(link);
    }

    void refuse(String sentence) {
        fail(sentence);
    }

    @Override
    protected void onFailure(String sentence) {
        IllegalStateException refusal = new IllegalStateException(sentence);
        begun.completeExceptionally(refusal);
        AmqpSender to = sender;
        if (to != null) to.attached().completeExceptionally(refusal);
        for (AmqpReceiver from : attaching) from.attached().completeExceptionally(refusal);
    }

    /** On the loop, when begun. */
    void attach(AmqpSender link) {
        if (link.largestFrameBytes() > Integer.toUnsignedLong(peersMaxFrameBytes)) {
            refuse("the broker takes frames of at most " + peersMaxFrameBytes + " bytes");
            return;
        }
        sender = link;
        link.begin(firstIncomingWindow);
        flush();
    }

    /** On the loop, when begun. */
    void attach(AmqpReceiver link) {
        attaching.add(link);
        link.begin();
        flush();
    }

    @Override
    protected int frameBytes(ByteBuf in) {
        if (in.readableBytes() < 8) return -1;
        int size = in.getInt(in.readerIndex());
        return size == HEADER_START ? 8 : size;
    }

    @Override
    protected void onConnected() {
        out(1024).writeBytes(SASL_HEADER);
    }

    @Override
    protected void onFrame(ByteBuf in, int end) {
        int start = in.readerIndex();
        if (in.getInt(start) == HEADER_START) {
            int protocol = in.getByte(start + 4);
            if (protocol != 0 && protocol != 3) refuse("the broker answers with protocol " + protocol);
            return;
        }
        in.skipBytes((in.getByte(start + 4) & 0xff) * 4); // §2.3.1: doff in words
        if (in.readerIndex() >= end) return; // an empty frame: still there
        reader.over(in);
        int code = reader.descriptor();
        reader.list();
        onPerformative(code, in, end);
    }

    private void onPerformative(int code, ByteBuf in, int end) {
        switch (code) {
            case AmqpCode.TRANSFER -> {
                nextIncomingId++;
                AmqpReceiver link = receivers.get(reader.number(-1));
                if (link == null) refuse("the broker sends on a link that is not there");
                else link.onTransfer(reader, in, end);
            }
            case AmqpCode.DISPOSITION -> {
                AmqpSender link = sender;
                // role false is the sender settling what we know as settled
                if (reader.bool() && link != null) link.onDisposition(reader);
            }
            case AmqpCode.FLOW -> onFlow();
            case AmqpCode.ATTACH -> onAttach();
            case AmqpCode.SASL_MECHANISMS -> authenticate();
            case AmqpCode.SASL_OUTCOME -> onSaslOutcome();
            case AmqpCode.OPEN -> {
                reader.skipFields(2);
                peersMaxFrameBytes = reader.number(-1);
            }
            case AmqpCode.BEGIN -> {
                reader.skipFields(2);
                firstIncomingWindow = reader.number(0);
                begun.complete(null);
            }
            case AmqpCode.DETACH -> {
                reader.skipFields(2);
                refuse("the broker detaches a link" + cause());
            }
            case AmqpCode.END -> refuse("the broker ends the session" + cause());
            case AmqpCode.CLOSE -> refuse("the broker closes the connection" + cause());
            default -> refuse("the broker sends the unknown performative 0x" + Integer.toHexString(code));
        }
    }

    private String cause() {
        if (reader.describedField() != AmqpCode.ERROR) return "";
        return ": " + reader.text() + " " + reader.text();
    }

    // §5.3.3.1; the mechanism is chosen by whether there is a user, so the list itself is not needed
    private void authenticate() {
        AmqpWriter frame =
                new AmqpWriter(out(1024)).frame(AmqpWriter.SASL_FRAME).list(AmqpCode.SASL_INIT);
        if (url.user().isPresent()) {
            String response = "\0" + url.user().get() + "\0" + url.password().orElse("");
            frame.symbol("PLAIN").binary(response.getBytes(StandardCharsets.UTF_8));
        } else {
            frame.symbol("ANONYMOUS").binary(new byte[0]);
        }
        frame.string(url.host()).endList().endFrame();
    }

    private void onSaslOutcome() {
        int code = reader.number(-1);
        if (code != 0) {
            refuse("the broker does not let us in, SASL code " + code);
            return;
        }
        ByteBuf out = out(1024);
        out.writeBytes(AMQP_HEADER);
        new AmqpWriter(out)
                .frame(AmqpWriter.AMQP_FRAME)
                .list(AmqpCode.OPEN)
                .string(containerId)
                .string(url.host())
                .uint(MAX_FRAME_BYTES)
                .ushort(0)
                .endList()
                .endFrame();
        new AmqpWriter(out)
                .frame(AmqpWriter.AMQP_FRAME)
                .list(AmqpCode.BEGIN)
                .nothing()
                .uint(0)
                .uint(INCOMING_WINDOW)
                .uint(INCOMING_WINDOW)
                .uint(HANDLE_MAX)
                .endList()
                .endFrame();
    }

    private void onAttach() {
        String name = reader.text();
        int handle = reader.number(0);
        boolean isPeersReceiver = reader.bool();
        reader.skipFields(2);
        AmqpSender to = sender;
        if (isPeersReceiver) {
            if (to != null) to.onAttached(name, handle);
            return;
        }
        for (AmqpReceiver from : attaching) {
            if (!from.name().equals(name)) continue;
            String address = reader.describedField() == AmqpCode.SOURCE ? reader.text() : "";
            if (address.isEmpty()) return; // §2.6.3: refused, and a detach follows
            receivers.put(handle, from);
            attaching.remove(from);
            from.onAttached(address);
            return;
        }
    }

    // §2.7.4: next-incoming-id, incoming-window, next-outgoing-id, outgoing-window, handle, delivery-count,
    // link-credit,
    // available, drain, echo
    private void onFlow() {
        int nextIncomingId = reader.number(0);
        int incomingWindow = reader.number(0);
        reader.skipFields(2);
        int handle = reader.number(-1);
        int deliveryCount = reader.number(0);
        int credit = reader.number(0);
        reader.skipFields(2);
        boolean echo = reader.bool();
        AmqpSender link = sender;
        if (link != null) {
            link.onWindow(nextIncomingId, incomingWindow);
            link.onCredit(handle, deliveryCount, credit);
        }
        if (!echo) return;
        // §2.7.4: asked for, so told
        AmqpReceiver from = receivers.get(handle);
        if (from != null) from.writeFlow();
        else if (link != null) link.writeFlow(handle);
    }

    @Override
    protected void onEndOfRead() {
        acceptances.write();
        for (int i = 0; i < touched.size(); i++) touched.get(i).onEndOfRead();
        touched.clear();
        AmqpSender to = sender;
        if (to != null) to.onEndOfRead();
        flush();
        flow.endOfRead();
    }

    /** Closes without ceremony what the broker need not hear about. */
    void leave() {
        if (!expectEnd()) return;
        new AmqpWriter(out(64))
                .frame(AmqpWriter.AMQP_FRAME)
                .list(AmqpCode.CLOSE)
                .endList()
                .endFrame();
        flush();
        close();
    }
}
