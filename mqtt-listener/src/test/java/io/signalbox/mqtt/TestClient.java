package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.mqtt.codec.Bytes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One end of a socket that speaks in bytes: what is sent and what is expected, one transcript. */
final class TestClient {

    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;

    TestClient(InetSocketAddress address) throws IOException {
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    TestClient send(String bytes) throws IOException {
        socket.getOutputStream().write(Bytes.of(bytes));
        return this;
    }

    /** Sends what the other side may not want to read to its end. */
    TestClient sendQuietly(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            // it has closed already
        }
        return this;
    }

    TestClient expect(String bytes) throws IOException {
        byte[] wanted = Bytes.of(bytes);
        byte[] read = readUpTo(wanted.length);
        assertEquals(Bytes.hex(wanted), Bytes.hex(read), () -> "'" + new String(read) + "'");
        return this;
    }

    /** The first byte of a packet, whose rest is not looked at. */
    TestClient expectPacket(String firstByte) throws IOException {
        assertEquals(firstByte, Bytes.hex(readUpTo(1)));
        int length = readUpTo(1)[0];
        if (length < 0) length = (length & 0x7F) | readUpTo(1)[0] << 7;
        readUpTo(length);
        return this;
    }

    /** The next packet, shorter than 128 bytes, whatever it is. */
    byte[] receive() throws IOException {
        byte[] header = readUpTo(2);
        if (header.length < 2) throw new AssertionError("nothing arrived");
        byte[] rest = readUpTo(header[1]);
        byte[] packet = Arrays.copyOf(header, 2 + rest.length);
        System.arraycopy(rest, 0, packet, 2, rest.length);
        return packet;
    }

    /** The next packet without its length, of any size. */
    byte[] receiveAnySize() throws IOException {
        byte[] first = readUpTo(1);
        if (first.length == 0) throw new AssertionError("nothing arrived");
        int length = 0;
        int shift = 0;
        int next;
        do {
            next = readUpTo(1)[0];
            length |= (next & 0x7F) << shift;
            shift += 7;
        } while (next < 0);
        byte[] packet = Arrays.copyOf(first, 1 + length);
        System.arraycopy(readUpTo(length), 0, packet, 1, length);
        return packet;
    }

    byte[] receiveBytes(int count) throws IOException {
        return readUpTo(count);
    }

    TestClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** These packets, each shorter than 128 bytes, in any order. */
    TestClient expectInAnyOrder(String... packets) throws IOException {
        List<String> wanted = new ArrayList<>();
        for (String packet : packets) wanted.add(Bytes.hex(Bytes.of(packet)));
        while (!wanted.isEmpty()) {
            byte[] header = readUpTo(2);
            String read = Bytes.hex(header) + (header.length == 2 ? Bytes.hex(readUpTo(header[1])) : "");
            assertTrue(wanted.remove(read), () -> "expected one of " + wanted + " but was " + read);
        }
        return this;
    }

    /** Any of these packets, none twice, and then the end. */
    TestClient expectAtMostThenClosed(String... packets) throws IOException {
        List<String> allowed = new ArrayList<>();
        for (String packet : packets) allowed.add(Bytes.hex(Bytes.of(packet)));
        for (byte[] header = readUpTo(2); header.length == 2; header = readUpTo(2)) {
            String read = Bytes.hex(header) + Bytes.hex(readUpTo(header[1]));
            assertTrue(allowed.remove(read), () -> "expected one of " + allowed + " but was " + read);
        }
        return this;
    }

    private byte[] readUpTo(int length) throws IOException {
        byte[] read = new byte[length];
        int at = 0;
        try {
            while (at < length) {
                int got = socket.getInputStream().read(read, at, length - at);
                if (got < 0) break;
                at += got;
            }
        } catch (SocketTimeoutException e) {
            // what has arrived until now is compared
        }
        return Arrays.copyOf(read, at);
    }

    /** Nothing has been sent to this client but what it has read: the answer to a ping comes next. */
    TestClient expectNothingElse() throws IOException {
        return send("c0 00").expect("d0 00");
    }

    /** Nothing arrives for a while. */
    TestClient expectSilence(int millis) throws IOException {
        socket.setSoTimeout(millis);
        assertEquals("", Bytes.hex(readUpTo(1)), "something arrived");
        socket.setSoTimeout(PATIENCE_MILLIS);
        return this;
    }

    /** DISCONNECT with this reason code, and a reason string for people (§3.14.2.2.3). */
    TestClient expectDisconnect(String reason) throws IOException {
        byte[] packet = receive();
        assertEquals("e0 " + reason, Bytes.hex(new byte[] {packet[0]}) + " " + Bytes.hex(new byte[] {packet[2]}));
        assertTrue(packet.length > 10 && packet[4] == 0x1f, "no reason string");
        return this;
    }

    /** SUBACK with these reason codes, and a reason string that begins so (§3.9.2.1.2). */
    TestClient expectSubAck(String packetId, String reasons, String why) throws IOException {
        return expectReasons("90", packetId, reasons, why);
    }

    /** UNSUBACK with these reason codes, and a reason string that begins so (§3.11.2.1.2). */
    TestClient expectUnsubAck(String packetId, String reasons, String why) throws IOException {
        return expectReasons("b0", packetId, reasons, why);
    }

    private TestClient expectReasons(String firstByte, String packetId, String reasons, String why) throws IOException {
        byte[] packet = receive();
        byte[] codes = Bytes.of(reasons);
        assertEquals(firstByte, Bytes.hex(new byte[] {packet[0]}));
        assertEquals(Bytes.hex(Bytes.of(packetId)), Bytes.hex(Arrays.copyOfRange(packet, 2, 4)));
        assertEquals(
                Bytes.hex(codes), Bytes.hex(Arrays.copyOfRange(packet, packet.length - codes.length, packet.length)));
        assertEquals(0x1f, packet[5], "no reason string");
        String sentence =
                new String(packet, 8, packet.length - codes.length - 8, java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(sentence.startsWith(why), sentence);
        return this;
    }

    TestClient expectClosed() throws IOException {
        int read;
        try {
            read = socket.getInputStream().read();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the connection is still open", e);
        }
        assertEquals(-1, read, "another byte instead of the end");
        return this;
    }

    /** A clean 3.1.1 connection. */
    TestClient connectV3(String clientId) throws IOException {
        return sendConnect("04 'MQTT' 04 02 00 00", clientId).expect("20 02 00 00");
    }

    /** A 3.1.1 connection to a session that stays. */
    TestClient connectV3Persistent(String clientId, int sessionPresent) throws IOException {
        return sendConnect("04 'MQTT' 04 00 00 00", clientId).expect("20 02 0" + sessionPresent + " 00");
    }

    /** A clean 5.0 connection whose session ends with it. */
    TestClient connectV5(String clientId) throws IOException {
        return sendConnect("04 'MQTT' 05 02 00 00 00", clientId).expectPacket("20");
    }

    /** A 5.0 connection to a session that stays for an hour. */
    TestClient connectV5Persistent(String clientId, int sessionPresent) throws IOException {
        return sendConnect("04 'MQTT' 05 00 00 00 05 11 00000e10", clientId)
                .expect("20 12 0" + sessionPresent + " 00 0f 21 0400 22 0010 25 01 27 01000000 2a 01");
    }

    /** Sends a CONNECT that ends with a client identifier; {@code start} has no leading zero byte. */
    TestClient sendConnect(String start, String clientId) throws IOException {
        int length = 1 + Bytes.of(start).length + 2 + clientId.length();
        return send(hex(0x10) + hex(length) + "00" + start + "00" + hex(clientId.length()) + "'" + clientId + "'");
    }

    private static String hex(int value) {
        return String.format("%02x", value);
    }

    void close() throws IOException {
        socket.close();
    }
}
