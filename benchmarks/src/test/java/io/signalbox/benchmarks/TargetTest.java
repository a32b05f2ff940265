package io.signalbox.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetTest {

    @Test
    void aFileAndALineSayTheSame(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(
                directory.resolve("target.properties"),
                "name=x\n"
                        + "mqtt=mqtt://h:1\n"
                        + "amqp=amqp://u:p@h:2\n"
                        + "pid=3\n"
                        + "version=v 1\n"
                        + "durability=none\n"
                        + "amqp-address=/queues/%s\n");
        Target line = Target.parse(
                "name=x;mqtt=mqtt://h:1;amqp=amqp://u:p@h:2;pid=3;version=v 1;durability=none;amqp-address=/queues/%s");
        assertEquals(Target.parse(file.toString()), line);
        assertEquals(3, line.pid().orElseThrow());
    }

    @Test
    void anUnknownKeyIsRefused() {
        var refusal = assertThrows(IllegalArgumentException.class, () -> Target.parse("mqtt=mqtt://h;pidd=1"));
        assertTrue(String.valueOf(refusal.getMessage()).contains("pidd"));
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        var refusal = assertThrows(IllegalArgumentException.class, () -> Target.parse("not/there.properties"));
        assertTrue(String.valueOf(refusal.getMessage()).contains("not/there.properties"));
    }

    @Test
    void aTargetWithoutAnAddressIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Target.parse("name=x"));
        assertThrows(IllegalArgumentException.class, () -> Target.parse("mqtt=amqp://h"));
    }
}
