package io.signalbox.amqp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.Annotations;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.store.StoreException;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Frames of AMQP 1.0 from bytes and to bytes, 64 in a read: a transfer up to the message that the core gets and from the delivery that
 * it hands over; flow and disposition up to the performative and from it.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AmqpCodecBenchmark {

    private static final int FRAMES = 64;
    private static final long PROTOCOL_HEADER = 0x414d5150_00010000L;
    private static final long NOW_MILLIS = 1_800_000_000_000L;

    /** The transfers of one size. */
    @State(Scope.Thread)
    public static class Transfers {
        @Param({"64", "1024"})
        public int bodyBytes;

        final Frames read = new Frames();
        final OneLink link = new OneLink();
        ByteBuf frames;
        Delivery delivery;

        @Setup
        public void encode() throws Exception {
            ByteBuf message = message(bodyBytes);
            Transfer transfer = new Transfer();
            transfer.setHandle(UnsignedInteger.ZERO);
            transfer.setDeliveryId(UnsignedInteger.valueOf(1_000));
            transfer.setDeliveryTag(new Binary(new byte[] {1, 2, 3, 4}));
            transfer.setMessageFormat(UnsignedInteger.ZERO);
            frames = frames(transfer, message);
            read.all(frames);
            int size = read.message.body().size();
            if (size <= bodyBytes || size > message.readableBytes()) {
                throw new IllegalStateException(size + " bytes of a message of " + message.readableBytes());
            }
            delivery = link.deliver(read.message);
        }

        @TearDown
        public void close() throws StoreException {
            link.close();
        }
    }

    /** What has no message. */
    @State(Scope.Thread)
    public static class Others {
        final Frames read = new Frames();
        final OneLink link = new OneLink();
        final Dispositions answers = new Dispositions(link.writer(), 0, Role.RECEIVER);
        final ByteBuf dispositions = frames(disposition(), Unpooled.EMPTY_BUFFER);
        final ByteBuf flows = frames(flow(3_000_000_000L), Unpooled.EMPTY_BUFFER);

        @TearDown
        public void close() throws StoreException {
            link.close();
        }
    }

    /** What a connection does with bytes before a session hears of them. */
    private static final class Frames implements FrameReader.Sink {
        private final FrameReader reader = new FrameReader(128 << 10);
        int count;
        Object last;
        Message message;

        Frames() {
            try {
                reader.feed(Unpooled.buffer().writeLong(PROTOCOL_HEADER), this);
            } catch (Refusal e) {
                throw new IllegalStateException(e);
            }
        }

        Object all(ByteBuf bytes) throws Refusal {
            count = 0;
            reader.feed(bytes.readerIndex(0), this);
            if (count != FRAMES) throw new IllegalStateException(count + " frames were read");
            return last;
        }

        @Override
        public void onProtocolHeader(long header) {}

        @Override
        public void onFrame(int type, int channel, byte[] bytes, int from, int to) throws Refusal {
            int end = TypeWalk.skip(bytes, from, to);
            last = PerformativeCodec.read(bytes, from, end);
            count++;
            if (!(last instanceof IncomingTransfer)) return;
            ArrivedMessage arrived = ArrivedMessage.read(count, new Payload(bytes, end, to), NOW_MILLIS);
            message = arrived.message(arrived.addressedTo("orders"));
        }
    }

    private static ByteBuf message(int bodyBytes) {
        Header header = new Header();
        header.setDurable(true);
        Properties properties = new Properties();
        properties.setMessageId(UnsignedLong.valueOf(123_456_789));
        ByteBuf bytes = Unpooled.buffer();
        ByteBufSink sink = new ByteBufSink(bytes);
        PerformativeCodec codec = PerformativeCodec.ofThread();
        codec.encode(header, sink);
        codec.encode(properties, sink);
        codec.encode(new Data(new Binary(new byte[bodyBytes])), sink);
        return bytes;
    }

    private static ByteBuf frames(Object performative, ByteBuf payload) {
        ByteBuf frames = Unpooled.buffer();
        for (int i = 0; i < FRAMES; i++) {
            int start = frames.writerIndex();
            frames.writeInt(0).writeInt(2 << 24);
            PerformativeCodec.ofThread().encode(performative, new ByteBufSink(frames));
            frames.writeBytes(payload.duplicate());
            frames.setInt(start, frames.writerIndex() - start);
        }
        return frames;
    }

    private static Disposition disposition() {
        Disposition disposition = new Disposition();
        disposition.setRole(Role.RECEIVER);
        disposition.setFirst(UnsignedInteger.valueOf(1_000));
        disposition.setLast(UnsignedInteger.valueOf(1_063));
        disposition.setSettled(true);
        disposition.setState(Accepted.getInstance());
        return disposition;
    }

    private static Flow flow(long deliveryCount) {
        Flow flow = new Flow();
        flow.setNextIncomingId(UnsignedInteger.valueOf(1_000));
        flow.setIncomingWindow(UnsignedInteger.valueOf(2_048));
        flow.setNextOutgoingId(UnsignedInteger.valueOf(2_000));
        flow.setOutgoingWindow(UnsignedInteger.valueOf(2_048));
        flow.setHandle(UnsignedInteger.ONE);
        flow.setDeliveryCount(UnsignedInteger.valueOf(deliveryCount));
        flow.setLinkCredit(UnsignedInteger.valueOf(500));
        return flow;
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public Object readTransfer(Transfers transfers) throws Refusal {
        return transfers.read.all(transfers.frames);
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public Object readDisposition(Others others) throws Refusal {
        return others.read.all(others.dispositions);
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public Object readFlow(Others others) throws Refusal {
        return others.read.all(others.flows);
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public long writeTransfer(Transfers transfers) {
        Message message = transfers.delivery.message();
        for (int i = 0; i < FRAMES; i++) {
            MessageHeader header =
                    new MessageHeader(true, message.envelope().priority(), MessageHeader.NO_TTL, true, 0);
            OutgoingTransfer transfer = new OutgoingTransfer(
                    transfers.link.link(),
                    transfers.delivery,
                    header,
                    OutgoingBody.of(message, Annotations.NONE),
                    null);
            transfer.number(1_000 + i);
            transfers.link.writer().transferFrame(0, transfer);
        }
        return transfers.link.flushed(FRAMES * (long) message.body().size());
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public long writeDisposition(Others others) {
        for (int i = 0; i < FRAMES; i++) {
            others.answers.settle(1_000 + 2 * i, Accepted.getInstance());
        }
        others.answers.flush();
        return others.link.flushed(FRAMES * 20);
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public long writeFlow(Others others) {
        for (int i = 0; i < FRAMES; i++) others.link.writer().frame(FrameReader.TYPE_AMQP, 0, flow(1_000 + i));
        return others.link.flushed(FRAMES * 30);
    }
}
