package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.signalbox.broker.message.Body;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Packets of MQTT 5.0 from bytes and to bytes, 64 in a read and in a buffer. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class MqttCodecBenchmark {

    private static final int PACKETS = 64;
    private static final String TOPIC = "buildings/7/temperature";
    private static final int PAYLOAD_BYTES = 64;

    private final ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
    private final PacketEncoder encoder = new PacketEncoder(ProtocolVersion.V5);
    private final Body.Inline body = PublishBody.ofPayload(new byte[PAYLOAD_BYTES]);
    private final ByteBuf out = allocator.buffer(64 << 10);
    private final PacketReader reader = new PacketReader(PacketDecoder.toServer(), PacketReader.MOST_GATHERED_BYTES);
    private final Arrivals arrivals = new Arrivals();
    private ByteBuf publishesQos0;
    private ByteBuf publishesQos1;
    private ByteBuf pubAcks;

    /** Counts the packets that are read. */
    private static final class Arrivals implements PacketReader.Sink {
        int count;
        Packet last;

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void onPacket(Packet packet) {
            count++;
            last = packet;
        }
    }

    @Setup
    public void connect() {
        ByteBuf connect = allocator.buffer();
        encoder.write(
                new Packet.Connect(
                        ProtocolVersion.V5,
                        false,
                        true,
                        60,
                        "thermometer",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        PropertySet.EMPTY),
                connect);
        reader.feed(connect, arrivals);
        publishesQos0 = written(0);
        publishesQos1 = written(1);
        writePubAcks(1);
        pubAcks = out.copy();
        checkRead(publishesQos0, PAYLOAD_BYTES);
        checkRead(publishesQos1, PAYLOAD_BYTES);
    }

    private ByteBuf written(int qos) {
        writePublishes(qos);
        return out.copy();
    }

    private void checkRead(ByteBuf packets, int payloadBytes) {
        read(packets);
        int bytes = PublishBody.payload(((Packet.Publish) arrivals.last).body()).size();
        if (bytes != payloadBytes) throw new IllegalStateException("a payload of " + bytes + " bytes was read");
    }

    private Object read(ByteBuf packets) {
        arrivals.count = 0;
        reader.feed(packets.readerIndex(0).retain(), arrivals);
        if (arrivals.count != PACKETS) throw new IllegalStateException(arrivals.count + " packets were read");
        return arrivals.last;
    }

    private int writePublishes(int qos) {
        out.clear();
        for (int i = 1; i <= PACKETS; i++) {
            Packet.Publish publish = new Packet.Publish(
                    false,
                    qos,
                    false,
                    TOPIC,
                    qos == 0 ? 0 : i,
                    Packet.Publish.NO_EXPIRY,
                    0,
                    List.of(),
                    body,
                    Optional.empty());
            if (!encoder.write(publish, out)) throw new IllegalStateException("a PUBLISH was not written");
        }
        return out.writerIndex();
    }

    private int writePubAcks(int from) {
        out.clear();
        for (int i = from; i < from + PACKETS; i++) {
            encoder.write(new Packet.Ack(PacketType.PUBACK, i, ReasonCode.SUCCESS, PropertySet.EMPTY), out);
        }
        if (out.writerIndex() != 4 * PACKETS) throw new IllegalStateException(out.writerIndex() + " bytes of PUBACKs");
        return out.writerIndex();
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public Object readPublishQos0() {
        return read(publishesQos0);
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public Object readPublishQos1() {
        return read(publishesQos1);
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public Object readPubAck() {
        return read(pubAcks);
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public int writePublishQos0() {
        return writePublishes(0);
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public int writePublishQos1() {
        return writePublishes(1);
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public int writePubAck() {
        return writePubAcks(1);
    }
}
