package io.signalbox.server.cli;

import io.signalbox.server.node.StartReport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Uses each port of a running broker once, as its clients do, so that whoever lists the classes of a start has those of the
 * first connections too. A queue {@code rehearsal} stays. Blocks; for a broker without users.
 */
final class Rehearsal {

    private static final int PATIENCE_MILLIS = 5_000;
    private static final int AMQP = 0;
    private static final int SASL = 1;

    /** "rehearsal", in UTF-8: the client identifier, the container, the topic, the queue and the body. */
    private static final String NAME = "72656865617273616c";

    private static final String TEXT = "0009" + NAME;

    private Rehearsal() {}

    /** @throws IOException if a port does not answer as it should */
    static void play(StartReport ports) throws IOException {
        try (Conversation http = new Conversation(ports.http())) {
            http.say(hex("GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .hear(hex("200 OK"));
        }
        try (Conversation mqtt3 = new Conversation(ports.mqtt())) {
            mqtt3.say("1015" + "00044d5154540402003c" + TEXT).hear("20020000").say("e000");
        }
        try (Conversation mqtt = new Conversation(ports.mqtt())) {
            mqtt.say("1016" + "00044d5154540502003c00" + TEXT).hear("20");
            mqtt.say("820f" + "000100" + TEXT + "01").hear("90");
            mqtt.say("320f" + TEXT + "00020078").hear("40020002").hear(TEXT);
            mqtt.say("40020001" + "e000");
        }
        try (Conversation amqp = new Conversation(ports.amqp())) {
            amqp(amqp);
        }
    }

    private static void amqp(Conversation amqp) throws IOException {
        String anonymous = "a309" + hex("ANONYMOUS");
        String address = "c00c01a109" + NAME;
        amqp.say("414d515003010000" + frame(SASL, "005341c00c01" + anonymous)).hear("005344");
        amqp.say("414d515000010000");
        amqp.say(frame(AMQP, "005310" + address)); // open: as its container
        amqp.say(frame(AMQP, "005311c00704" + "4043" + "52645264")); // begin: with windows of 100
        amqp.say(frame(AMQP, "005312c0200a" + "a101734342" + "4040" + "00532845" + "005329" + address + "404043"));
        amqp.hear("005312").hear("005313"); // attach, and credit
        amqp.say(frame(AMQP, "005312c01e07" + "a10172520141" + "4040" + "005328" + address + "00532945"));
        amqp.say(frame(AMQP, "005313c00c07" + "435264435264" + "520143520a")); // flow: ten messages
        amqp.say(frame(AMQP, "005314c00805" + "4343a001014342" + "005370c0020141" + "005375a009" + NAME));
        amqp.hear("005315").hear("005375a009" + NAME); // disposition for the one, transfer of the other
        amqp.say(frame(AMQP, "005315c00905" + "41434041" + "00532445")); // accepted
        amqp.say(frame(AMQP, "00531845")).hear("005318");
    }

    private static String frame(int type, String body) {
        return String.format("%08x020%d0000", 8 + body.length() / 2, type) + body;
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** One connection. What is said and heard is in hexadecimal digits. */
    private static final class Conversation implements AutoCloseable {

        private final Socket socket = new Socket();
        private String heard = "";

        Conversation(InetSocketAddress port) throws IOException {
            socket.connect(port, PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
        }

        Conversation say(String bytes) throws IOException {
            socket.getOutputStream().write(HexFormat.of().parseHex(bytes));
            return this;
        }

        /** Waits until these bytes have come, whatever comes before and behind them. */
        Conversation hear(String bytes) throws IOException {
            byte[] some = new byte[4096];
            while (!heard.contains(bytes)) {
                int count = socket.getInputStream().read(some);
                if (count < 0) throw new IOException("the broker closed the connection before it sent " + bytes);
                heard += HexFormat.of().formatHex(some, 0, count);
            }
            return this;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
