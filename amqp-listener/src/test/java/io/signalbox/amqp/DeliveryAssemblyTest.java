package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.signalbox.testkit.Clause;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeliveryAssemblyTest {

    /** AMQP 1.0 §2.6.14: however the peer cuts a message up, it is the same message. */
    @Clause("AMQP-2.6.14-1")
    @Test
    void whatCameInAnyPiecesIsWhole() throws Exception {
        for (long seed = 1; seed <= 200; seed++) {
            Random random = new Random(seed);
            int most = 1 << random.nextInt(1, 20);
            DeliveryAssembly assembly = new DeliveryAssembly(random.nextInt(most));
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            for (int frame = random.nextInt(1, 20); frame > 0; frame--) {
                byte[] payload = new byte[random.nextInt(most)];
                random.nextBytes(payload);
                int from = payload.length == 0 ? 0 : random.nextInt(payload.length);
                assembly.append(payload, from, payload.length - from);
                sent.write(payload, from, payload.length - from);
            }
            byte[] whole = Arrays.copyOf(assembly.bytes(), assembly.size());
            assertArrayEquals(sent.toByteArray(), whole, "seed " + seed);
        }
    }
}
