package io.signalbox.conformance.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.signalbox.conformance.peer.AmqpPeer;
import io.signalbox.conformance.peer.DurableSender;
import io.signalbox.conformance.peer.SettlingReceiver;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;

/** Durable messages of 16 KiB that say in every part of their body which number they have. */
final class NumberedMessages {
    static final int BODY_BYTES = 16 << 10;
    private static final String BEGIN = "message ";

    private NumberedMessages() {}

    private static String mark(int number) {
        return BEGIN + number + " of these. ";
    }

    static byte[] body(int number) {
        String mark = mark(number);
        return mark.repeat(BODY_BYTES / mark.length() + 1)
                .substring(0, BODY_BYTES)
                .getBytes(UTF_8);
    }

    static int number(byte[] body) {
        return Integer.parseInt(new String(body, BEGIN.length(), 8, UTF_8).split(" ", 2)[0]);
    }

    /** Sends so many, from 0 on; returns when all are confirmed. */
    static void send(BrokerProcess broker, String queue, int messages) {
        AtomicInteger accepted = new AtomicInteger();
        try (AmqpPeer peer = AmqpPeer.connect(broker.amqp(), "sender")) {
            DurableSender sender = DurableSender.attach(peer, queue);
            int[] sent = {0};
            peer.call(session -> peer.onTurn(() -> {
                while (sent[0] < messages && sender.isSendable() && sender.inFlight() < 100) {
                    sender.send(body(sent[0]++), outcome -> accepted.incrementAndGet());
                }
            }));
            Await.until("all are confirmed", () -> accepted.get() == messages);
        }
    }

    /** Reads and settles so many, or until no more waits; which. */
    static Set<Integer> settle(BrokerProcess broker, String queue, int most) {
        Set<Integer> settled = new ConcurrentSkipListSet<>();
        AtomicInteger taken = new AtomicInteger();
        try (AmqpPeer peer = AmqpPeer.connect(broker.amqp(), "receiver")) {
            SettlingReceiver.attach(peer, queue, 50, message -> {
                int number = number(message.body());
                if (taken.incrementAndGet() <= most) message.accept(() -> settled.add(number));
            });
            // The queue first: what has left it by then was taken before.
            Await.until(
                    "they come",
                    () -> settled.size() >= most
                            || broker.control().depth(queue) == 0 && settled.size() == taken.get());
        }
        return settled;
    }

    /** Inverts a bit in the middle of a message where it lies in the log; a second time brings it back. */
    static void invertBit(Path directory, int number) throws IOException {
        DataFiles.invertBit(directory, mark(number).repeat(2).getBytes(UTF_8), BODY_BYTES / 2);
    }
}
