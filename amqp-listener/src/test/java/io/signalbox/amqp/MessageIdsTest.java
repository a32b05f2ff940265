package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageIdsTest {

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-17", "ID:1:2", "Grüße", "urn:uuid:no", "0"})
    void printableTextIsAString(String text) {
        assertEquals(text, MessageIds.fromBytes(utf8(text)));
        assertArrayEquals(utf8(text), MessageIds.toBytes(text));
    }

    @Test
    void aUuidKeepsItsType() {
        UUID uuid = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
        assertEquals(uuid, MessageIds.fromBytes(MessageIds.toBytes(uuid)));
    }

    @Test
    void bytesThatAreNoPrintableTextStayBytes() {
        for (byte[] bytes : new byte[][] {{}, {0, 1, 2}, {'a', '\n'}, {(byte) 0xff}, {(byte) 0xc3}}) {
            Binary binary = assertInstanceOf(Binary.class, MessageIds.fromBytes(bytes));
            assertArrayEquals(bytes, MessageIds.toBytes(binary));
        }
    }

    @Test
    void aNumberIsWrittenInDigits() {
        assertArrayEquals(utf8("18446744073709551615"), MessageIds.toBytes(UnsignedLong.valueOf(-1L)));
    }
}
