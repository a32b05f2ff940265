package io.signalbox.benchmarks.mqtt;

import io.netty.buffer.ByteBuf;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Source;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.mqtt.MqttWriter.Session;
import java.util.List;

/** A publisher with one QoS to one topic, or to several in turn. Confined to the generator's event loop. */
final class MqttSource extends MqttPeer implements Source {

    private static final int UNLIMITED = 1_000_000;

    private final Flow flow;
    private final List<PublishTemplate> templates;
    private final int qos;
    private final PacketIds packetIds = new PacketIds();
    private final int number;
    private int confirmed;

    MqttSource(MqttClient client, Flow flow, Trouble trouble, String topic, int qos, int bodyBytes) {
        this(client, flow, trouble, List.of(topic), qos, bodyBytes);
    }

    MqttSource(MqttClient client, Flow flow, Trouble trouble, List<String> topics, int qos, int bodyBytes) {
        super(client, Session.CLEAN, trouble);
        this.flow = flow;
        this.qos = qos;
        this.templates = topics.stream()
                .map(topic -> PublishTemplate.of(client.version(), topic, qos, bodyBytes))
                .toList();
        this.number = flow.add(this);
    }

    @Override
    void onAccepted() {
        becomeReady();
    }

    @Override
    public void send(long sequence, long intendedNanos) {
        int packetId = qos == 0 ? 0 : packetIds.take();
        PublishTemplate template = templates.get((int) (sequence % templates.size()));
        template.write(out(template.bytes()), packetId, number, sequence, intendedNanos);
    }

    @Override
    public int room() {
        return qos == 0 ? UNLIMITED : packetIds.free();
    }

    @Override
    public int unconfirmed() {
        return packetIds.taken();
    }

    @Override
    void onPacket(int firstByte, ByteBuf in, int end) {
        int packetId = in.readUnsignedShort();
        int reason = end > in.readerIndex() ? in.readUnsignedByte() : 0;
        byte state = packetIds.state(packetId);
        if (reason >= 0x10) {
            // 0x10 is success without a subscriber: here there is one
            fail("the broker answers a publish with reason 0x" + Integer.toHexString(reason));
        } else if (firstByte == MqttPacket.PUBACK && qos == 1 && state == PacketIds.PUBLISHED) {
            finish(packetId);
        } else if (firstByte == MqttPacket.PUBREC && qos == 2 && state == PacketIds.PUBLISHED) {
            packetIds.release(packetId);
            MqttWriter.answer(out(4), MqttPacket.PUBREL, packetId); // MQTT-4.3.3-1
        } else if (firstByte == MqttPacket.PUBCOMP && qos == 2 && state == PacketIds.RELEASED) {
            finish(packetId);
        } else {
            fail("packet 0x" + Integer.toHexString(firstByte) + " with identifier " + packetId
                    + " answers nothing that was sent");
        }
    }

    private void finish(int packetId) {
        packetIds.free(packetId);
        confirmed++;
    }

    @Override
    protected void onEndOfRead() {
        if (confirmed > 0) flow.confirmed(number, confirmed);
        confirmed = 0;
        flow.endOfRead();
    }
}
