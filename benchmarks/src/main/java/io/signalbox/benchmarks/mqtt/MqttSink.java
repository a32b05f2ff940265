package io.signalbox.benchmarks.mqtt;

import io.netty.buffer.ByteBuf;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.mqtt.MqttWriter.Session;
import java.util.BitSet;
import java.util.List;

/** A subscriber with one filter or several; it answers what it gets at once. Confined to the generator's event loop. */
final class MqttSink extends MqttPeer {

    private final Flow flow;
    private final List<String> filters;
    private final int qos;
    private final int number;
    /** QoS 2 packets that were taken and are not released yet. */
    private final BitSet held = new BitSet();

    private int granted;

    MqttSink(MqttClient client, Session session, Flow flow, Trouble trouble, String filter, int qos, int number) {
        this(client, session, flow, trouble, List.of(filter), qos, number);
    }

    /** @param number under which it reports */
    MqttSink(
            MqttClient client, Session session, Flow flow, Trouble trouble, List<String> filters, int qos, int number) {
        super(client, session, trouble);
        this.flow = flow;
        this.filters = filters;
        this.qos = qos;
        this.number = number;
    }

    @Override
    void onAccepted() {
        if (isResumed()) { // some brokers keep it and say that they have not: then asking again does no harm
            becomeReady();
            return;
        }
        for (int i = 0; i < filters.size(); i++) {
            String filter = filters.get(i);
            MqttWriter.subscribe(out(filter.length() * 3 + 16), version(), i + 1, filter, qos);
        }
    }

    @Override
    void onPacket(int firstByte, ByteBuf in, int end) {
        if ((firstByte & 0xf0) == MqttPacket.PUBLISH) {
            publish(firstByte >> 1 & 3, in);
        } else if (firstByte == MqttPacket.PUBREL) {
            int packetId = in.readUnsignedShort();
            held.clear(packetId);
            MqttWriter.answer(out(4), MqttPacket.PUBCOMP, packetId);
        } else if (firstByte == MqttPacket.SUBACK) {
            int code = in.getUnsignedByte(end - 1);
            if (code != qos) fail("the broker answers a subscription of QoS " + qos + " with code " + code);
            else if (++granted == filters.size()) becomeReady();
        } else {
            fail("packet 0x" + Integer.toHexString(firstByte) + " is not expected by a subscriber");
        }
    }

    private void publish(int packetQos, ByteBuf in) {
        in.skipBytes(in.readUnsignedShort());
        int packetId = packetQos == 0 ? 0 : in.readUnsignedShort();
        if (version().hasProperties()) in.skipBytes(MqttPacket.length(in));
        if (packetQos != qos) {
            fail("a message came with QoS " + packetQos + " instead of " + qos);
        } else if (qos == 1) {
            MqttWriter.answer(out(4), MqttPacket.PUBACK, packetId);
            flow.arrived(number, in, in.readerIndex());
        } else if (qos == 2) {
            MqttWriter.answer(out(4), MqttPacket.PUBREC, packetId);
            // MQTT-4.3.3-2: until the PUBREL the same identifier is the same message
            if (!held.get(packetId)) flow.arrived(number, in, in.readerIndex());
            held.set(packetId);
        } else {
            flow.arrived(number, in, in.readerIndex());
        }
    }

    @Override
    protected void onEndOfRead() {
        flush(); // answers leave before the next load
        flow.endOfRead();
    }
}
