package io.signalbox.conformance.disk;

import io.signalbox.conformance.peer.AmqpPeer;
import io.signalbox.conformance.peer.DurableSender;
import io.signalbox.conformance.peer.SettlingReceiver;
import io.signalbox.conformance.process.BrokerProcess;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.qpid.protonj2.types.messaging.Accepted;

/**
 * Sends durable messages, of which one in twenty, at random, goes to a queue that nobody reads and the others to one whose consumer
 * confirms each. So the log is full of what has ended, and a few that have not. Works on its peers' threads.
 */
final class Leftovers implements AutoCloseable {

    /** One in so many stays. */
    static final int ONE_IN = 20;

    private static final int IN_FLIGHT = 256;
    private static final int CREDIT = 256;
    private static final int MOST_WAITING = 4 * IN_FLIGHT;

    private final AmqpPeer producing;
    private final AmqpPeer consuming;
    private final DurableSender toConsumer;
    private final DurableSender toNobody;
    private final byte[] body;
    private final long messages;
    private final Random random;
    private final Set<Long> kept = ConcurrentHashMap.newKeySet();
    private final AtomicLong consumed = new AtomicLong();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private long sent;
    private long answered;

    Leftovers(BrokerProcess broker, String read, String unread, int bodyBytes, long messages, Random random) {
        this.messages = messages;
        this.random = random;
        body = new byte[bodyBytes];
        random.nextBytes(body);
        consuming = AmqpPeer.connect(broker.amqp(), "leftovers consumer");
        SettlingReceiver.attach(consuming, read, CREDIT, received -> received.accept(consumed::incrementAndGet));
        producing = AmqpPeer.connect(broker.amqp(), "leftovers producer");
        toConsumer = DurableSender.attach(producing, read);
        toNobody = DurableSender.attach(producing, unread);
        for (AmqpPeer peer : new AmqpPeer[] {producing, consuming}) {
            peer.ended().thenAccept(reason -> done.completeExceptionally(new AssertionError("AMQP ended: " + reason)));
        }
        producing.call(session -> producing.onTurn(this::send));
    }

    private void send() {
        while (sent < messages
                && sent - answered < IN_FLIGHT
                && answered - consumed.get() - kept.size() < MOST_WAITING) {
            boolean stays = random.nextInt(ONE_IN) == 0;
            DurableSender sender = stays ? toNobody : toConsumer;
            if (!sender.isSendable()) return;
            long number = sent++;
            ByteBuffer.wrap(body).putLong(number);
            sender.send(body, outcome -> {
                if (!(outcome instanceof Accepted)) {
                    done.completeExceptionally(new AssertionError("a message was answered with " + outcome));
                }
                if (stays) kept.add(number);
                if (++answered == messages) done.complete(null);
            });
        }
    }

    /** The number in a body. */
    static long number(byte[] body) {
        return ByteBuffer.wrap(body).getLong();
    }

    /** The numbers of those that were confirmed and that nobody has read. */
    Set<Long> kept() {
        return kept;
    }

    /** Messages whose settlement was confirmed. */
    long consumed() {
        return consumed.get();
    }

    /** Completes when all messages have been confirmed. */
    CompletableFuture<Void> done() {
        return done;
    }

    @Override
    public void close() {
        producing.close();
        consuming.close();
    }
}
