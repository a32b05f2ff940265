package io.signalbox.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/** A reader at one end of a wire that keeps every packet it reads. */
final class Wiretap implements PacketReader.Sink {

    static final String CONNECT_V5 = "10 0d 00 04 'MQTT' 05 02 00 00 00 00 00";
    static final String CONNECT_V3_1_1 = "10 0c 00 04 'MQTT' 04 02 00 00 00 00";
    static final String CONNECT_V3_1 = "10 0e 00 06 'MQIsdp' 03 02 00 00 00 00";

    final List<Packet> packets = new ArrayList<>();
    final PacketReader reader;
    boolean ready = true;

    private Wiretap(PacketDecoder decoder, int maximumPacketSize) {
        reader = new PacketReader(decoder, maximumPacketSize);
    }

    /** A server's end before CONNECT. */
    static Wiretap beforeConnect(int maximumPacketSize) {
        return new Wiretap(PacketDecoder.toServer(), maximumPacketSize);
    }

    /** One end of a connection in this version that is past its CONNECT. */
    static Wiretap connected(ProtocolVersion version, Direction direction) {
        int maximum = 5 + VariableByteInteger.MAX;
        if (direction == Direction.TO_CLIENT) return new Wiretap(PacketDecoder.toClient(version), maximum);
        Wiretap tap = beforeConnect(maximum);
        tap.feed(
                switch (version) {
                    case V3_1 -> CONNECT_V3_1;
                    case V3_1_1 -> CONNECT_V3_1_1;
                    case V5 -> CONNECT_V5;
                });
        tap.packets.clear();
        return tap;
    }

    void feed(String written) {
        feed(Bytes.buffer(written));
    }

    void feed(byte[] bytes) {
        feed(Unpooled.wrappedBuffer(bytes));
    }

    void feed(ByteBuf bytes) {
        reader.feed(bytes, this);
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public void onPacket(Packet packet) {
        packets.add(packet);
    }
}
