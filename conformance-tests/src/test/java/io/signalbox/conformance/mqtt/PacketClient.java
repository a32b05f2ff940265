package io.signalbox.conformance.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** One end of a connection, packet by packet in {@link PacketNotation}. Used by one thread. */
final class PacketClient implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 20_000;
    private static final int REASON_STRING = 0x1f;

    private final Version version;
    private final String name;
    private final Socket socket;
    private final InputStream in;

    PacketClient(InetSocketAddress address, Version version, String name) throws IOException {
        this.version = version;
        this.name = name;
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    PacketClient send(String packets) throws IOException {
        socket.getOutputStream().write(PacketNotation.bytes(version, name, packets));
        return this;
    }

    /** This packet comes next. */
    PacketClient expect(String packet) throws IOException {
        byte[] wanted = PacketNotation.bytes(version, name, packet);
        byte[] read = receive();
        assertEquals(
                HexFormat.of().formatHex(wanted),
                HexFormat.of().formatHex(read),
                () -> version + ": '" + new String(read, StandardCharsets.UTF_8) + "'");
        return this;
    }

    /** These packets come next, in any order. */
    PacketClient expectInAnyOrder(String... packets) throws IOException {
        List<String> wanted = new ArrayList<>();
        for (String packet : packets) {
            wanted.add(HexFormat.of().formatHex(PacketNotation.bytes(version, name, packet)));
        }
        while (!wanted.isEmpty()) {
            String read = HexFormat.of().formatHex(receive());
            assertTrue(wanted.remove(read), () -> "one of " + wanted + " but was " + read);
        }
        return this;
    }

    /** The next packet begins so, and has more. */
    PacketClient expectBeginning(String packet) throws IOException {
        byte[] wanted = PacketNotation.bytes(version, name, packet);
        byte[] read = receive();
        assertEquals(
                HexFormat.of().formatHex(wanted),
                HexFormat.of().formatHex(read, 0, Math.min(wanted.length, read.length)));
        return this;
    }

    /** The next packet, whole; its length is in as few bytes as may be (MQTT-1.5.5-1). */
    byte[] receive() throws IOException {
        byte[] packet = {(byte) readByte()};
        int length = 0;
        int shift = 0;
        int digit;
        do {
            digit = readByte();
            packet = Arrays.copyOf(packet, packet.length + 1);
            packet[packet.length - 1] = (byte) digit;
            length |= (digit & 0x7F) << shift;
            shift += 7;
        } while (digit > 0x7F);
        assertTrue(shift == 7 || digit > 0, "a length in more bytes than it needs");
        int header = packet.length;
        packet = Arrays.copyOf(packet, header + length);
        if (in.readNBytes(packet, header, length) < length) throw new AssertionError("the packet ends too early");
        return packet;
    }

    private int readByte() throws IOException {
        try {
            int read = in.read();
            if (read < 0) throw new AssertionError(version + ": the connection has ended");
            return read;
        } catch (SocketTimeoutException e) {
            throw new AssertionError(version + ": nothing has come", e);
        }
    }

    /** UNSUBACK, in 5.0 with a code for each filter, whatever it says besides; in 3.1.1 it has none. */
    PacketClient expectUnsubAck(String packetId, String codes) throws IOException {
        assertAnswers("b0", packetId, version.isV5() ? codes : "", receive());
        return this;
    }

    /** SUBACK with a code for each filter, whatever it says besides. */
    PacketClient expectSubAck(String packetId, String codes) throws IOException {
        assertAnswers("90", packetId, codes, receive());
        return this;
    }

    private void assertAnswers(String firstByte, String packetId, String codes, byte[] packet) {
        HexFormat hex = HexFormat.of().withDelimiter(" ");
        assertEquals(firstByte, hex.formatHex(packet, 0, 1));
        assertEquals(packetId, HexFormat.of().formatHex(packet, 2, 4));
        int propertyBytes = version.isV5() ? 1 + packet[4] : 0;
        assertEquals(codes, hex.formatHex(packet, 4 + propertyBytes, packet.length));
    }

    /** CONNACK with these flags and this code; returns its properties, in 5.0. */
    byte[] expectConnAck(String flagsAndCode) throws IOException {
        byte[] packet = receive();
        assertEquals("20", HexFormat.of().formatHex(packet, 0, 1), "no CONNACK");
        assertEquals(flagsAndCode, HexFormat.of().withDelimiter(" ").formatHex(packet, 2, 4));
        return Arrays.copyOfRange(packet, Math.min(5, packet.length), packet.length);
    }

    /** Everything that was sent to this client has been read: the answer to a ping comes next. */
    PacketClient expectNothingElse() throws IOException {
        return send("c0 00").expect("d0 00");
    }

    /** Nothing comes for so long. */
    PacketClient expectSilence(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            int read = in.read();
            throw new AssertionError(read < 0 ? "the connection has ended" : "something came: " + read);
        } catch (SocketTimeoutException e) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            return this;
        }
    }

    /** The broker ends the connection, in 5.0 with a DISCONNECT of this reason and a sentence; nothing else comes. */
    void expectRefused(String reason) throws IOException {
        if (version.isV5()) {
            byte[] packet = receive();
            assertEquals("e0", HexFormat.of().formatHex(packet, 0, 1), "no DISCONNECT");
            assertEquals(reason, HexFormat.of().formatHex(packet, 2, 3));
            if (packet.length > 3) assertEquals(REASON_STRING, packet[4]); // MQTT-3.14.2-2
        }
        expectClosed();
    }

    /** Says goodbye; returns when the broker has heard it. */
    void disconnect() throws IOException {
        send("e0 00").expectClosed();
    }

    /** The broker ends the connection and says nothing more. */
    void expectClosed() throws IOException {
        try {
            assertEquals(-1, in.read(), version + ": a byte instead of the end");
        } catch (SocketTimeoutException e) {
            throw new AssertionError(version + ": the connection is still open", e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
