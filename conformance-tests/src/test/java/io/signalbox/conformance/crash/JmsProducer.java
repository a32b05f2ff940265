package io.signalbox.conformance.crash;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerProcess;
import jakarta.jms.CompletionListener;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.time.Duration;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends persistent messages with Qpid JMS from a thread of its own: one after the other, each confirmed when {@code send}
 * returns, or many at once, each confirmed when its CompletionListener is told so.
 */
final class JmsProducer implements TrafficClient {

    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private static final Duration COMPLETION_LIMIT = Duration.ofSeconds(5);

    /** How messages are sent (JMS 2.0 §7.3). */
    enum Sending {
        SYNCHRONOUS,
        WITH_LISTENER
    }

    private record Failure(Marker marker, Exception cause) {}

    private final Sending sending;
    private final Journal.Producer journal;
    private final TrafficLimits limits;
    private final Random random;
    private final JmsLink link;
    private final Session session;
    private final MessageProducer producer;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private volatile boolean publishing = true;

    JmsProducer(
            BrokerProcess broker,
            Destination destination,
            Sending sending,
            Journal.Producer journal,
            TrafficLimits limits,
            Random random)
            throws JMSException {
        this.sending = sending;
        this.journal = journal;
        this.limits = limits;
        this.random = random;
        this.link = JmsLink.connect(broker);
        this.session = link.session(Session.AUTO_ACKNOWLEDGE);
        this.producer = session.createProducer(destination);
        producer.setDeliveryMode(DeliveryMode.PERSISTENT);
        Thread thread = new Thread(this::publish, "jms producer " + destination);
        thread.setDaemon(true);
        thread.start();
    }

    private void publish() {
        while (!link.isLost() && failures.isEmpty()) {
            if (publishing && inFlight.get() < limits.inFlight() && journal.backlogIsBelow(limits.backlog())) {
                publishOne();
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        boolean lost = link.isLostSoon();
        // When its connection ends the client completes every send, but for one that it may lose by a race of its own.
        boolean complete = Await.holdsWithin(COMPLETION_LIMIT, () -> inFlight.get() == 0);
        if (!lost) failures.forEach(failure -> journal.refused(failure.marker, String.valueOf(failure.cause)));
        ended.complete((lost ? "disconnected" : "refused") + (complete ? "" : ", sends without completion"));
    }

    private void publishOne() {
        Marker marker = journal.next();
        inFlight.incrementAndGet();
        try {
            Message message = JmsLink.message(session, JmsLink.body(marker, random, limits));
            switch (sending) {
                case SYNCHRONOUS -> {
                    producer.send(message);
                    confirmed(marker);
                }
                case WITH_LISTENER -> producer.send(message, new Completion(marker));
            }
        } catch (JMSException e) {
            failed(marker, e);
        }
    }

    private void confirmed(Marker marker) {
        journal.confirmed(marker);
        inFlight.decrementAndGet();
    }

    private void failed(Marker marker, Exception cause) {
        failures.add(new Failure(marker, cause));
        inFlight.decrementAndGet();
    }

    private final class Completion implements CompletionListener {
        private final Marker marker;

        Completion(Marker marker) {
            this.marker = marker;
        }

        @Override
        public void onCompletion(Message message) {
            confirmed(marker);
        }

        @Override
        public void onException(Message message, Exception exception) {
            failed(marker, exception);
        }
    }

    @Override
    public void finish() {
        publishing = false;
    }

    @Override
    public boolean isFinished() {
        return !publishing && inFlight.get() == 0;
    }

    @Override
    public CompletableFuture<String> ended() {
        return ended;
    }

    @Override
    public void close() {
        link.close();
        Await.get("the end of a JMS producer", ended);
    }
}
