package io.signalbox.benchmarks.mqtt;

import io.netty.buffer.ByteBuf;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.mqtt.MqttWriter.Session;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Crowd;
import io.signalbox.benchmarks.wire.Generator;
import io.signalbox.benchmarks.wire.Setup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Idle clients with clean sessions, each with nothing or with a QoS 1 subscription to a topic of its own. */
public final class MqttCrowd implements Crowd {

    /** What each has asked for. */
    public enum Wish {
        NOTHING,
        SUBSCRIPTION
    }

    /** So many are on their way at once. */
    private static final int AT_A_TIME = 100;

    private final Generator generator;
    private final BrokerUrl url;
    private final MqttVersion version;
    private final String name;
    private final Wish wish;
    private final Trouble trouble = new Trouble();
    private final List<Idler> idlers = new ArrayList<>();

    /** @param name that no other client of this broker begins with */
    public MqttCrowd(Generator generator, BrokerUrl url, MqttVersion version, String name, Wish wish) {
        this.generator = generator;
        this.url = url;
        this.version = version;
        this.name = name;
        this.wish = wish;
    }

    @Override
    public void open(int more) throws IOException {
        int end = idlers.size() + more;
        while (idlers.size() < end) {
            int first = idlers.size();
            for (int i = first; i < Math.min(end, first + AT_A_TIME); i++) {
                Idler idler = new Idler(new MqttClient(url, version, name + "-" + i), i);
                idlers.add(idler);
                generator.connect(url.address(), idler, i);
            }
            for (Idler idler : idlers.subList(first, idlers.size()))
                Setup.await(idler.ready(), trouble, "accept an idle client");
        }
    }

    @Override
    public void close() {
        generator.run(() -> idlers.forEach(MqttPeer::leave));
    }

    /** One of them. */
    private final class Idler extends MqttPeer {
        private final int number;

        Idler(MqttClient client, int number) {
            super(client, Session.CLEAN, trouble);
            this.number = number;
        }

        @Override
        void onAccepted() {
            if (wish == Wish.NOTHING) becomeReady();
            else MqttWriter.subscribe(out(256), version(), 1, "idle/" + name + "/" + number, 1);
        }

        @Override
        void onPacket(int firstByte, ByteBuf in, int end) {
            boolean isGranted = firstByte == MqttPacket.SUBACK && in.getUnsignedByte(end - 1) == 1;
            if (isGranted) becomeReady();
            else fail("packet 0x" + Integer.toHexString(firstByte) + " comes to an idle client");
        }

        @Override
        protected void onEndOfRead() {}
    }
}
