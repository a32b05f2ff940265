package io.signalbox.conformance.hostile;

import static io.signalbox.conformance.hostile.AmqpBytes.attachSender;
import static io.signalbox.conformance.hostile.AmqpBytes.begin;
import static io.signalbox.conformance.hostile.AmqpBytes.header;
import static io.signalbox.conformance.hostile.AmqpBytes.open;
import static io.signalbox.conformance.hostile.AmqpBytes.transfer;
import static io.signalbox.conformance.hostile.Bytes.bytes;
import static io.signalbox.conformance.hostile.Bytes.join;
import static io.signalbox.conformance.hostile.Bytes.many;
import static io.signalbox.conformance.hostile.MqttBytes.V5;
import static io.signalbox.conformance.hostile.MqttBytes.connect;
import static io.signalbox.conformance.hostile.MqttBytes.length;
import static io.signalbox.conformance.hostile.MqttBytes.publish;
import static io.signalbox.conformance.hostile.MqttBytes.string;
import static io.signalbox.conformance.hostile.MqttBytes.subscribe;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A way to make the broker hold as much as one connection can, and to stay. Immutable.
 *
 * @param connections how many do it at once
 * @param mostBytes of heap and direct memory that one of them may cost
 */
record Hoard(String name, int connections, long mostBytes, Attack.Strike strike) {

    private static final int BEFORE_LOGIN = 400;
    private static final int AFTER_LOGIN = 24;
    private static final long MOST_BEFORE_LOGIN = 64 << 10;
    private static final long MOST_AFTER_LOGIN = 1 << 20;

    /** What is retained is whole in memory. */
    private static final int MQTT_RETAINED_LIMIT = 2 << 20;

    /** Of what is larger than that, a piece on its way to the log, and what is gathered before. */
    private static final int LARGE_IN_MEMORY = 512 << 10;

    private static final int LARGE = 12 << 20;

    private static final Duration A_MOMENT = Duration.ofMillis(300);
    private static final AtomicInteger PEERS = new AtomicInteger();

    static List<Hoard> mqtt() {
        List<Hoard> hoards = new ArrayList<>();
        hoards.add(stranger("MQTT silence", peer -> {}));
        hoards.add(stranger("MQTT half a large CONNECT", peer -> {
            byte[] large =
                    connect(V5, 0x06, new byte[0], string(peer()), length(0), string("w"), string("x".repeat(60_000)));
            peer.send(Arrays.copyOf(large, large.length - 1), A_MOMENT);
        }));
        hoards.add(new Hoard(
                "MQTT half a PUBLISH to retain", AFTER_LOGIN, MOST_AFTER_LOGIN + MQTT_RETAINED_LIMIT, peer -> {
                    byte[] large = publish(V5, "hoard", 0, new byte[MQTT_RETAINED_LIMIT - 100]);
                    large[0] |= 1;
                    peer.send(join(connect(V5, peer()), Arrays.copyOf(large, large.length - 1)));
                }));
        hoards.add(new Hoard("MQTT half a PUBLISH", AFTER_LOGIN, MOST_AFTER_LOGIN + LARGE_IN_MEMORY, peer -> {
            byte[] large = publish(V5, "hoard", 0, new byte[LARGE]);
            peer.send(join(connect(V5, peer()), Arrays.copyOf(large, large.length - 1)));
        }));
        hoards.add(guest("MQTT answers that nobody reads", peer -> {
            peer.send(connect(V5, peer()));
            peer.send(many(bytes(0xc0, 0), 4 << 20), A_MOMENT);
        }));
        hoards.add(guest("MQTT own messages that nobody reads", peer -> {
            String topic = peer();
            peer.send(join(connect(V5, topic), subscribe(V5, 1, 0, topic)));
            peer.send(many(publish(V5, topic, 0, new byte[1000]), 8000), A_MOMENT);
        }));
        hoards.add(guest("MQTT filters, many", peer -> {
            String id = peer();
            peer.send(connect(V5, id));
            for (int i = 0; i < 100; i++) {
                String[] filters = new String[100];
                for (int j = 0; j < filters.length; j++) filters[j] = id + "/" + i + "/" + j;
                if (!peer.send(subscribe(V5, i + 1, 0, filters))) return;
            }
            peer.isClosedWithin(A_MOMENT);
        }));
        hoards.add(guest("MQTT filters, long", peer -> {
            String id = peer();
            peer.send(connect(V5, id));
            for (int i = 0; i < 60; i++) {
                if (!peer.send(subscribe(V5, i + 1, 0, id + i + "x".repeat(60_000)))) return;
            }
            peer.isClosedWithin(A_MOMENT);
        }));
        hoards.add(guest("MQTT topic aliases", peer -> {
            peer.send(connect(V5, peer()));
            for (int alias = 1; alias <= 64; alias++) {
                byte[] properties = bytes(3, 0x23, 0, alias);
                byte[] topic = string(alias + "y".repeat(60_000));
                if (!peer.send(MqttBytes.packet(0x30, topic, properties))) return;
            }
            peer.isClosedWithin(A_MOMENT);
        }));
        return hoards;
    }

    static List<Hoard> amqp() {
        List<Hoard> hoards = new ArrayList<>();
        hoards.add(stranger("AMQP silence", peer -> {}));
        hoards.add(stranger("AMQP half a SASL init", peer -> {
            peer.send(join(AmqpBytes.SASL, header(60_000, 2, 1, 0), new byte[59_000]), A_MOMENT);
        }));
        hoards.add(stranger("HTTP half a request", Hoard::halfARequest));
        hoards.add(new Hoard("AMQP half a message", 10, MOST_AFTER_LOGIN + LARGE_IN_MEMORY, peer -> {
            peer.send(sender());
            peer.isClosedWithin(A_MOMENT); // or there is no credit yet
            byte[] data = bytes(0, 0x53, 0x75, 0xb0, LARGE >> 24, LARGE >> 16 & 0xff, LARGE >> 8 & 0xff, LARGE & 0xff);
            peer.send(transfer(0, 0, 0, true, data));
            byte[] part = transfer(0, 0, 0, true, new byte[30_000]);
            for (int i = 0; i < LARGE / 30_000 && peer.send(part, A_MOMENT); i++) {}
        }));
        hoards.add(guest("AMQP answers that nobody reads", peer -> {
            peer.send(join(open(peer()), begin(0)));
            peer.send(many(AmqpBytes.flow(0, 100, true), 50_000), A_MOMENT);
        }));
        hoards.add(guest("AMQP every session with links", peer -> {
            peer.send(open(peer()));
            for (int channel = 0; channel < 250; channel++) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                out.writeBytes(begin(channel));
                for (int handle = 0; handle < 16; handle++) {
                    out.writeBytes(attachSender(channel, handle, channel + "-" + handle, "/exchanges/topics/hoard"));
                }
                if (!peer.send(out.toByteArray(), A_MOMENT)) return;
                peer.isClosedWithin(Duration.ofMillis(1));
            }
        }));
        hoards.add(guest("AMQP long addresses", peer -> {
            peer.send(join(open(peer()), begin(0)));
            for (int handle = 0; handle < 17; handle++) { // one more would end the session
                String address = "/exchanges/topics/" + handle + "n".repeat(30_000);
                if (!peer.send(attachSender(0, handle, "link" + handle, address), A_MOMENT)) return;
                peer.isClosedWithin(Duration.ofMillis(1));
            }
        }));
        return hoards;
    }

    private static void halfARequest(HostilePeer peer) {
        String head = "GET / HTTP/1.1\r\nx: " + "y".repeat(60_000);
        peer.send(head.getBytes(StandardCharsets.US_ASCII), A_MOMENT);
    }

    private static byte[] sender() {
        return join(open(peer()), begin(0), attachSender(0, 0, "hoard", "/exchanges/topics/hoard"));
    }

    private static Hoard stranger(String name, Attack.Strike strike) {
        return new Hoard(name, BEFORE_LOGIN, MOST_BEFORE_LOGIN, strike);
    }

    private static Hoard guest(String name, Attack.Strike strike) {
        return new Hoard(name, AFTER_LOGIN, MOST_AFTER_LOGIN, strike);
    }

    private static String peer() {
        return "hoard-" + PEERS.getAndIncrement();
    }

    @Override
    public String toString() {
        return name;
    }
}
