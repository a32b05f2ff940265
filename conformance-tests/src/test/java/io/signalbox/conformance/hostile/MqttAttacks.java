package io.signalbox.conformance.hostile;

import static io.signalbox.conformance.hostile.Bytes.bytes;
import static io.signalbox.conformance.hostile.Bytes.join;
import static io.signalbox.conformance.hostile.Bytes.many;
import static io.signalbox.conformance.hostile.MqttBytes.V3;
import static io.signalbox.conformance.hostile.MqttBytes.V5;
import static io.signalbox.conformance.hostile.MqttBytes.binary;
import static io.signalbox.conformance.hostile.MqttBytes.connect;
import static io.signalbox.conformance.hostile.MqttBytes.length;
import static io.signalbox.conformance.hostile.MqttBytes.packet;
import static io.signalbox.conformance.hostile.MqttBytes.publish;
import static io.signalbox.conformance.hostile.MqttBytes.string;
import static io.signalbox.conformance.hostile.MqttBytes.subscribe;

import io.signalbox.conformance.hostile.Attack.Ending;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The classes of attack that MQTT brokers have fallen to, and what the specification forbids besides. */
final class MqttAttacks {

    private static final AtomicLong CLIENTS = new AtomicLong();
    private static final Duration A_MOMENT = Duration.ofMillis(300);
    private static final Duration ALL_IS_READ = Duration.ofSeconds(5);

    private final AttackList list = new AttackList("MQTT");

    static List<Attack> all() {
        MqttAttacks attacks = new MqttAttacks();
        attacks.lengths();
        attacks.connects();
        attacks.topics();
        attacks.packets();
        attacks.strings();
        attacks.exhaustion();
        return attacks.list.all();
    }

    /** What is sent before CONNECT, or instead of it. */
    private void first(String name, byte[] bytes) {
        list.add(name, Ending.CLOSED, peer -> peer.send(bytes));
    }

    /** What is sent after a good CONNECT of version 5.0, in the same burst. */
    private void then(String name, Ending ending, byte[] bytes) {
        list.add(name, ending, peer -> peer.send(join(connect(V5, clientId()), bytes)));
    }

    private static String clientId() {
        return "hostile-" + CLIENTS.getAndIncrement();
    }

    private void lengths() {
        first("remaining length of 5 bytes", bytes(0x10, 0xff, 0xff, 0xff, 0xff, 0x01));
        first("remaining length longer than needed", bytes(0x10, 0x80, 0x00));
        list.add(
                "remaining length that does not end",
                Ending.CLOSED,
                peer -> peer.drip(bytes(0x10, 0x80, 0x80, 0x80, 0x80), 1));
        first("256 MB announced before CONNECT", bytes(0x10, 0xff, 0xff, 0xff, 0x7f));
        then("256 MB announced after CONNECT", Ending.CLOSED, bytes(0x30, 0xff, 0xff, 0xff, 0x7f));
        then("topic longer than its packet", Ending.CLOSED, bytes(0x30, 0x05, 0xff, 0xff, 'a', 'b', 'c'));
        then("properties longer than their packet", Ending.CLOSED, packet(0x30, string("a"), bytes(0xff, 0x7f)));
        byte[] manyProperties = new byte[60_000];
        for (int i = 0; i + 6 < manyProperties.length; i += 7) {
            byte[] one = join(bytes(0x26), string("a"), string("b"));
            System.arraycopy(one, 0, manyProperties, i, one.length);
        }
        byte[] block = java.util.Arrays.copyOf(manyProperties, manyProperties.length / 7 * 7);
        byte[] big = join(connect(V5, 2, block, string(clientId())), MqttBytes.DISCONNECT);
        list.add("8,571 user properties, dripped", Ending.CLOSED, peer -> peer.drip(big, 997));
    }

    private void connects() {
        first("PUBLISH first", publish(V3, "a", 0, bytes()));
        first("PINGREQ first", bytes(0xc0, 0));
        then("a second CONNECT", Ending.CLOSED, connect(V5, clientId()));
        first("CONNECT with the reserved flag", connect(V3, 3, bytes(), string(clientId())));
        first("CONNECT with will QoS 3", connect(V3, 0x1e, bytes(), string(clientId()), string("w"), string("x")));
        first(
                "will with invalid properties",
                connect(V5, 0x06, bytes(), string(clientId()), length(3), bytes(0x7f, 0, 0), string("w"), string("x")));
        first("will to $SYS", connect(V5, 0x06, bytes(), string(clientId()), bytes(0), string("$SYS/x"), string("x")));
        first("will to $SYS, 3.1.1", connect(V3, 0x06, bytes(), string(clientId()), string("$SYS/x"), string("x")));
        first("protocol name of 65,535 bytes", packet(0x10, binary(new byte[65_535])));
        list.add(
                "clientId with wildcards",
                Ending.CLOSED,
                peer -> peer.send(join(connect(V3, "+/#/" + clientId()), MqttBytes.DISCONNECT)));
        list.add("half a CONNECT", Ending.OWN_RISK, peer -> {
            peer.send(java.util.Arrays.copyOf(connect(V5, clientId()), 9));
            peer.isClosedWithin(A_MOMENT);
        });
    }

    private void topics() {
        then("empty topic without an alias", Ending.CLOSED, publish(V5, "", 0, bytes()));
        then("topic with a wildcard", Ending.CLOSED, publish(V5, "a/#", 0, bytes()));
        then("PUBLISH to $SYS", Ending.ANSWERED, publish(V5, "$SYS/broker/uptime", 1, bytes()));
        then("PUBLISH to $share", Ending.ANSWERED, publish(V5, "$share/a/b", 1, bytes()));
        for (String filter : List.of("$share/ab", "$share//x", "$share/g+/x", "$share/g#/x", "$share/", "$share/g/")) {
            then("SUBSCRIBE to " + filter, Ending.ANSWERED, subscribe(V5, 1, 0, filter));
        }
        then("filter a/#/b", Ending.CLOSED, subscribe(V5, 1, 0, "a/#/b"));
        then("topic of 65,535 slashes", Ending.ANSWERED, publish(V5, "/".repeat(65_535), 1, bytes()));
        then("filter of 32,767 levels", Ending.ANSWERED, subscribe(V5, 1, 0, "+/".repeat(32_766) + "+"));
        then(
                "SUBSCRIBE with 500,000 filters",
                Ending.CLOSED,
                packet(0x82, bytes(0, 1, 0), many(join(string("a"), bytes(0)), 500_000)));
        then(
                "UNSUBSCRIBE with 500,000 filters",
                Ending.CLOSED,
                packet(0xa2, bytes(0, 1, 0), many(string("a"), 500_000)));
        list.add("10,000 filters in bursts", Ending.OWN_RISK, peer -> {
            peer.send(connect(V5, clientId()));
            for (int i = 0; i < 100; i++) {
                String[] filters = new String[100];
                for (int j = 0; j < filters.length; j++) filters[j] = "hostile/" + i + "/" + j + "/+/+/+/+/+/#";
                if (!peer.send(subscribe(V5, i + 1, 0, filters))) return;
            }
            peer.send(publish(V5, "hostile/1/1/a/b/c/d/e/f/g", 0, bytes()));
            peer.isClosedWithin(A_MOMENT);
        });
    }

    private void packets() {
        for (int type : new int[] {0x20, 0x90, 0xb0, 0xd0, 0x00}) {
            then("packet type " + (type >> 4) + " from a client", Ending.CLOSED, bytes(type, 2, 0, 0));
        }
        then("PUBLISH with QoS 3", Ending.CLOSED, publish(V5, 0x36, "a", 1, bytes()));
        then("PUBLISH with packet identifier 0", Ending.CLOSED, packet(0x32, string("a"), bytes(0, 0, 0)));
        then("SUBSCRIBE with wrong flags", Ending.CLOSED, packet(0x80, bytes(0, 1, 0), string("a"), bytes(0)));
        then("SUBSCRIBE without a filter", Ending.CLOSED, packet(0x82, bytes(0, 1, 0)));
        then("SUBSCRIBE with reserved options", Ending.CLOSED, subscribe(V5, 1, 0xc0, "a"));
        then("topic alias 0", Ending.CLOSED, packet(0x30, string("a"), bytes(3, 0x23, 0, 0)));
        then("topic alias 65,535", Ending.CLOSED, packet(0x30, string("a"), bytes(3, 0x23, 0xff, 0xff)));
        then("subscription identifier in a PUBLISH", Ending.CLOSED, packet(0x30, string("a"), bytes(2, 0x0b, 1)));
        then("PUBACKs for nothing", Ending.CLOSED, join(many(bytes(0x40, 2, 0, 7), 5000), MqttBytes.DISCONNECT));
        then("PUBRELs for nothing", Ending.CLOSED, join(many(bytes(0x62, 2, 0, 7), 5000), MqttBytes.DISCONNECT));
        then("AUTH that was not asked for", Ending.CLOSED, bytes(0xf0, 0));
        list.add("QoS 2 with one identifier, never released", Ending.OWN_RISK, peer -> {
            peer.send(connect(V5, clientId()));
            peer.send(many(publish(V5, 0x34, "hostile/2", 9, bytes(1)), 2000));
            peer.isClosedWithin(A_MOMENT);
        });
    }

    private void strings() {
        then("topic with NUL", Ending.CLOSED, publish(V5, "a\0b", 0, bytes()));
        then("topic with a surrogate", Ending.CLOSED, packet(0x30, binary(bytes('a', 0xed, 0xa0, 0x80)), bytes(0)));
        then("topic with an overlong slash", Ending.CLOSED, packet(0x30, binary(bytes('a', 0xc0, 0xaf)), bytes(0)));
        first("client identifier that is not UTF-8", connect(V5, 2, bytes(), binary(bytes(0xff, 0xfe, 'x'))));
        then(
                "topic with a byte order mark",
                Ending.CLOSED,
                join(publish(V5, "\uFEFFa", 0, bytes()), MqttBytes.DISCONNECT));
    }

    private void exhaustion() {
        list.add("takeover storm", Ending.OWN_RISK, peer -> {
            peer.send(join(
                    connect(V5, 0, bytes(0x11, 0, 0, 0, 9), string("hostile-taken")),
                    subscribe(V5, 1, 1, "hostile/t")));
            peer.send(publish(V5, "hostile/t", 1, new byte[100]));
        });
        list.add("PUBLISH that is never read back", Ending.OWN_RISK, peer -> {
            peer.send(join(connect(V5, clientId()), subscribe(V5, 1, 0, "hostile/echo")));
            peer.send(many(publish(V5, "hostile/echo", 0, new byte[1000]), 2000), A_MOMENT);
            peer.isClosedWithin(A_MOMENT);
        });
        list.add("PINGREQ without reading", Ending.OWN_RISK, peer -> {
            peer.send(connect(V5, clientId()));
            peer.send(many(bytes(0xc0, 0), 200_000), A_MOMENT);
            peer.isClosedWithin(A_MOMENT);
        });
        list.add("subscribe and unsubscribe", Ending.OWN_RISK, peer -> {
            peer.send(connect(V5, clientId()));
            byte[] both = join(subscribe(V5, 1, 1, "hostile/j/+"), packet(0xa2, bytes(0, 2, 0), string("hostile/j/+")));
            peer.send(many(both, 500), A_MOMENT);
            peer.isClosedWithin(A_MOMENT);
        });
        byte[] properties = many(join(bytes(0x26), string("a"), string("b")), 280_000);
        then(
                "PUBLISH with 280,000 user properties",
                Ending.CLOSED,
                join(packet(0x30, string("h"), length(properties.length), properties), MqttBytes.DISCONNECT));
        byte[] empty = many(publish(V5, "h", 0, bytes()), 20_000);
        list.add("empty PUBLISHes without end", Ending.OWN_RISK, peer -> {
            peer.send(connect(V5, clientId()));
            for (int i = 0; i < 20 && peer.send(empty, A_MOMENT); i++) {}
            peer.send(bytes(0xc0, 0));
            peer.readUntil(
                    ALL_IS_READ, received -> received.length > 1 && received[received.length - 2] == (byte) 0xd0);
        });
        list.crowd("empty PUBLISHes", () -> connect(V5, clientId()), empty);
    }
}
