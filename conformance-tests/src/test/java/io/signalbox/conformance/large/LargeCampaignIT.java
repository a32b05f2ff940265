package io.signalbox.conformance.large;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.large.SmallTraffic.Waits;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.ProcessMemory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.StreamReceiver;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * 1 GiB over AMQP and 200 MiB over MQTT, in and out of a process with 256 MiB of heap: what the heap holds of it at any time, and
 * what a connection with small messages feels of it.
 */
@Tag("campaign")
@Isolated
class LargeCampaignIT {

    private static final long MOST_HEAP_BYTES = 8 << 20;

    /** How much longer others may wait for a large message than for the same bytes in messages that are not large. */
    private static final double MOST_TIMES = 1.5;

    private static final LargeContent GIBIBYTE = new LargeContent(1, 1L << 30);
    private static final LargeContent OF_MQTT = new LargeContent(2, 200 << 20);

    /** Looks at the heap when so much has gone by. */
    private static final class HeapWatch implements LongConsumer {
        private final BrokerProcess broker;
        private final long before;
        private final long every;
        private final AtomicLong most = new AtomicLong();
        private long next;

        HeapWatch(BrokerProcess broker, long every) throws Exception {
            this.broker = broker;
            this.every = every;
            before = ProcessMemory.of(broker.pid()).liveBytes();
            next = every;
        }

        @Override
        public void accept(long bytes) {
            if (bytes < next) return;
            next += every;
            try {
                most.accumulateAndGet(ProcessMemory.of(broker.pid()).liveBytes() - before, Math::max);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        long mostBytes() {
            return most.get();
        }
    }

    private static Waits waitsAlone(BrokerProcess broker) throws Exception {
        try (SmallTraffic alone = new SmallTraffic(broker, "alone")) {
            Await.holdsWithin(Duration.ofSeconds(5), () -> false);
            return alone.waits();
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static Waits waitsBeside(BrokerProcess broker, String name, Work work) throws Exception {
        try (SmallTraffic beside = new SmallTraffic(broker, name)) {
            work.run();
            return beside.waits();
        }
    }

    @Test
    @Timeout(1200)
    void aGibibyteOverAmqpCostsLittleHeapAndNobodyWaits() throws Exception {
        // A body of 1 GiB has sections before it.
        BrokerOptions options =
                BrokerOptions.fresh().withJvmOptions("-Xmx256m").with("amqp.max-message-size", "1025MiB");
        BrokerProcess broker = BrokerProcess.start(options);
        try (AmqpStreams producer = new AmqpStreams(broker);
                AmqpStreams consumer = new AmqpStreams(broker)) {
            StreamReceiver receiver = consumer.receiver("q");
            // What the first large message brings into the heap for good is code.
            LargeContent first = new LargeContent(3, 20 << 20);
            producer.send("q", first, at -> {});
            consumer.receive(receiver, first, at -> {});
            waitsAlone(broker);
            HeapWatch heap = new HeapWatch(broker, 150 << 20);
            DeliveryState state = producer.send("q", GIBIBYTE, heap);
            assertEquals(DeliveryState.Type.ACCEPTED, state.getType());
            long in = heap.mostBytes();
            HeapWatch heapOut = new HeapWatch(broker, 150 << 20);
            consumer.receive(receiver, GIBIBYTE, heapOut);
            System.out.printf("1 GiB over AMQP: heap at most %d B more in, %d B out%n", in, heapOut.mostBytes());

            Waits alone = waitsAlone(broker);
            Waits besideSmall = waitsBeside(broker, "small", () -> {
                consumer.sendAndReceiveInMessages("small", GIBIBYTE, at -> {});
            });
            Waits besideLarge = waitsBeside(broker, "large", () -> {
                producer.send("q", GIBIBYTE, at -> {});
                consumer.receive(receiver, GIBIBYTE, at -> {});
            });
            System.out.printf(
                    "small messages wait: alone %s%n  beside 1 GiB in messages of 64 KiB %s%n  in one message %s%n",
                    alone, besideSmall, besideLarge);
            assertTrue(
                    besideLarge.p99Millis() <= MOST_TIMES * besideSmall.p99Millis(),
                    besideLarge + ", beside messages of 64 KiB " + besideSmall);
            assertTrue(in <= MOST_HEAP_BYTES, in + " bytes of heap");
            assertTrue(heapOut.mostBytes() <= MOST_HEAP_BYTES, heapOut.mostBytes() + " bytes of heap");
        } finally {
            broker.stop();
            broker.close();
            BrokerProcess.deleteData(broker.dataDirectory());
        }
    }

    @Test
    @Timeout(600)
    void twoHundredMebibytesOverMqttCostLittleHeap() throws Exception {
        BrokerOptions options = BrokerOptions.fresh().withJvmOptions("-Xmx256m").with("mqtt.max-packet-size", "255MiB");
        BrokerProcess broker = BrokerProcess.start(options);
        try (MqttStream publisher = MqttStream.connect(broker, "p");
                MqttStream subscriber = MqttStream.connect(broker, "s")) {
            subscriber.subscribe("large", 1);
            LargeContent first = new LargeContent(3, 20 << 20);
            publisher.publish("large", first, at -> {});
            subscriber.receive(first, at -> {});
            HeapWatch heap = new HeapWatch(broker, 50 << 20);
            publisher.publish("large", OF_MQTT, heap);
            HeapWatch heapOut = new HeapWatch(broker, 50 << 20);
            subscriber.receive(OF_MQTT, heapOut);
            System.out.printf(
                    "200 MiB over MQTT: heap at most %d B more in, %d B out%n", heap.mostBytes(), heapOut.mostBytes());
            assertTrue(heap.mostBytes() <= MOST_HEAP_BYTES, heap.mostBytes() + " bytes of heap");
            assertTrue(heapOut.mostBytes() <= MOST_HEAP_BYTES, heapOut.mostBytes() + " bytes of heap");
        } finally {
            broker.stop();
            broker.close();
            BrokerProcess.deleteData(broker.dataDirectory());
        }
    }
}
