package io.signalbox.benchmarks.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.signalbox.benchmarks.load.Flow;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.wire.BrokerUrl;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MqttSourceTest {

    @Test
    void severalTopicsHaveTheirMessagesInTurn() {
        Trouble trouble = new Trouble();
        Flow flow = new Flow(new DefaultEventLoop(), trouble, Plan.throughput(1, 1));
        MqttClient client = new MqttClient(BrokerUrl.parse("mqtt://127.0.0.1"), MqttVersion.V3_1_1, "c");
        MqttSource source = new MqttSource(client, flow, trouble, List.of("a", "bb", "c"), 0, 20);
        EmbeddedChannel channel = new EmbeddedChannel(source);
        ((ByteBuf) channel.readOutbound()).release(); // CONNECT
        for (int i = 0; i < 4; i++) source.send(i, 0);
        source.flush();
        ByteBuf out = channel.readOutbound();
        List<String> topics = new ArrayList<>();
        while (out.isReadable()) {
            int end = out.readerIndex() + MqttPacket.bytes(out);
            MqttPacket.skipFixedHeader(out);
            topics.add(out.readCharSequence(out.readUnsignedShort(), StandardCharsets.UTF_8)
                    .toString());
            out.readerIndex(end);
        }
        out.release();
        assertEquals(List.of("a", "bb", "c", "a"), topics);
    }
}
