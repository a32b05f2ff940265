package io.signalbox.broker.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PropertyTypeTest {

    @Test
    void whatIsWrittenIsReadBack() {
        Map<PropertyType, Object> values = Map.ofEntries(
                Map.entry(PropertyType.STRING, "a\0b\\0\\"),
                Map.entry(PropertyType.SYMBOL, "symbol"),
                Map.entry(PropertyType.BOOLEAN, true),
                Map.entry(PropertyType.BYTE, Byte.MIN_VALUE),
                Map.entry(PropertyType.SHORT, Short.MIN_VALUE),
                Map.entry(PropertyType.INT, Integer.MIN_VALUE),
                Map.entry(PropertyType.LONG, Long.MIN_VALUE),
                Map.entry(PropertyType.UBYTE, 255),
                Map.entry(PropertyType.USHORT, 65_535),
                Map.entry(PropertyType.UINT, 0xffff_ffffL),
                Map.entry(PropertyType.ULONG, BigInteger.TWO.pow(64).subtract(BigInteger.ONE)),
                Map.entry(PropertyType.FLOAT, Float.MIN_VALUE),
                Map.entry(PropertyType.DOUBLE, Double.NEGATIVE_INFINITY),
                Map.entry(PropertyType.DECIMAL32, 7),
                Map.entry(PropertyType.DECIMAL64, 7L),
                Map.entry(PropertyType.CHAR, '漢'),
                Map.entry(PropertyType.TIMESTAMP, Date.from(Instant.ofEpochMilli(Long.MIN_VALUE >> 8))),
                Map.entry(PropertyType.UUID, new UUID(1, 2)),
                Map.entry(PropertyType.NULL, ""));
        values.forEach((type, value) -> assertEquals(Optional.of(value), type.read(type.text(value)), type::name));
        for (PropertyType type : new PropertyType[] {PropertyType.BINARY, PropertyType.ENCODED}) {
            assertArrayEquals(new byte[] {0, -1}, (byte[]) type.read("00ff").orElseThrow());
        }
        assertArrayEquals(new byte[16], (byte[])
                PropertyType.DECIMAL128.read("0".repeat(32)).orElseThrow());
    }

    @Test
    void whatTheTypeWouldWriteOtherwiseIsNotOfTheType() {
        Map.of(
                        PropertyType.INT, "+7",
                        PropertyType.BOOLEAN, "TRUE",
                        PropertyType.FLOAT, "1",
                        PropertyType.UBYTE, "256",
                        PropertyType.UINT, "-1",
                        PropertyType.ULONG, "18446744073709551616",
                        PropertyType.UUID, "1-1-1-1-1",
                        PropertyType.BINARY, "0",
                        PropertyType.DECIMAL128, "00",
                        PropertyType.TIMESTAMP, "yesterday")
                .forEach((type, text) -> assertEquals(Optional.empty(), type.read(text), type::name));
        assertEquals(Optional.empty(), PropertyType.SYMBOL.read("ü"));
        assertEquals(Optional.empty(), PropertyType.CHAR.read("ab"));
    }

    @Test
    void aNumberOfAMillionDigitsIsNotReadAtAll() {
        assertTrue(PropertyType.ULONG.read("9".repeat(1_000_000)).isEmpty());
    }
}
