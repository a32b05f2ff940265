package io.signalbox.conformance.crash;

import io.signalbox.conformance.clients.JmsClient;
import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerProcess;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** A Qpid JMS connection as the clients of a campaign have it: one that says when it is lost. Thread-safe. */
final class JmsLink {

    /** After a failure, how long the client may take to say that its connection is gone. */
    private static final Duration LOSS_LIMIT = Duration.ofSeconds(5);

    private final Connection connection;
    private final CompletableFuture<String> lost = new CompletableFuture<>();

    private JmsLink(Connection connection) throws JMSException {
        this.connection = connection;
        connection.setExceptionListener(failure -> lost.complete(String.valueOf(failure.getMessage())));
    }

    /** A started connection; options as in {@code jms.clientID=me}. */
    static JmsLink connect(BrokerProcess broker, String... options) throws JMSException {
        return new JmsLink(JmsClient.connect(broker, options));
    }

    Session session(int acknowledgeMode) throws JMSException {
        return connection.createSession(acknowledgeMode);
    }

    static BytesMessage message(Session session, byte[] body) throws JMSException {
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(body);
        return message;
    }

    static Marker marker(Message message) throws JMSException {
        return Marker.of(message.getBody(byte[].class));
    }

    static TargetJournal.Mark mark(Message message) throws JMSException {
        return message.getJMSRedelivered() ? TargetJournal.Mark.REDELIVERED : TargetJournal.Mark.FIRST;
    }

    /** A body of any size up to this one. */
    static byte[] body(Marker marker, Random random, TrafficLimits limits) {
        return marker.body(random, random.nextInt(limits.bodyBytes()));
    }

    /** Completes with the reason when the connection is gone, whoever ended it. */
    CompletableFuture<String> lost() {
        return lost;
    }

    boolean isLost() {
        return lost.isDone();
    }

    /** A call has failed: whether the connection was lost. If not, the broker has refused something. */
    boolean isLostSoon() {
        return Await.holdsWithin(LOSS_LIMIT, lost::isDone);
    }

    void close() {
        lost.complete("closed");
        try {
            connection.close();
        } catch (JMSException brokerGone) {
            return; // and with it the connection
        }
    }
}
