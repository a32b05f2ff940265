package io.signalbox.mqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TopicNamesTest {

    private final TopicNames names = new TopicNames();

    private static ByteBuf encoded(byte[] name) {
        return Unpooled.buffer().writeShort(name.length).writeBytes(name);
    }

    private String read(String name) {
        ByteBuf in = encoded(name.getBytes(StandardCharsets.UTF_8)).writeByte(7);
        String read = names.read(in);
        assertEquals(7, in.readByte()); // what follows is next
        return read;
    }

    @Test
    void aNameThatCameTwiceIsNotDecodedAgain() {
        assertEquals("plant/7/temperature", read("plant/7/temperature"));
        String kept = read("plant/7/temperature");
        assertSame(kept, read("plant/7/temperature"));
        assertEquals("plant/8/temperature", read("plant/8/temperature"));
        assertSame(kept, read("plant/7/temperature"));
    }

    @Test
    void everyNameIsReadAsItIsWhateverCameBefore() {
        for (long seed = 1; seed <= 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<String> some =
                    new ArrayList<>(List.of("", "é", "日本/語", "a", "aaaaaaaa", "aaaaaaaaa", "\u0001".repeat(8)));
            for (int i = 0; i < 4000; i++) some.add("a/" + "b".repeat(random.nextInt(140)) + random.nextInt(1000));
            for (int i = 0; i < 20_000; i++) {
                String name = some.get(random.nextInt(some.size()));
                assertEquals(name, read(name), "seed " + seed);
            }
        }
    }

    @Test
    void namesOfWhichOneBeginsTheOtherAreTwo() {
        StringBuilder name = new StringBuilder();
        for (int round = 0; round < 3; round++) {
            name.setLength(0);
            for (int length = 0; length < 200; length++) {
                assertEquals(name.toString(), read(name.toString()));
                name.append('x');
            }
        }
    }

    @Test
    void whatIsNoStringIsRefusedHoweverOftenItComes() { // MQTT-1.5.4-1, MQTT-1.5.4-2
        for (int i = 0; i < 4; i++) {
            assertThrows(Refusal.class, () -> names.read(encoded(new byte[] {'a', (byte) 0xC0, (byte) 0x80})));
            assertThrows(Refusal.class, () -> names.read(encoded(new byte[] {'a', 0})));
            assertThrows(
                    Refusal.class,
                    () -> names.read(Unpooled.buffer().writeShort(5).writeBytes(new byte[4])));
        }
    }
}
