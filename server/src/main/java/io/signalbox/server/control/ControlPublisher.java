package io.signalbox.server.control;

import io.netty.channel.Channel;
import io.signalbox.broker.Admission;
import io.signalbox.broker.Broker;
import io.signalbox.broker.Loop;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.routing.Destination;
import io.signalbox.broker.routing.TopicSyntax;
import java.time.InstantSource;

/** Publishes what a command sends, durably, and answers with what became of it. Confined to its event loop. */
final class ControlPublisher implements PublishListener {

    private static final ControlFormat FORMAT = new ControlFormat();

    private final Channel channel;
    private final VirtualHost host;
    private final InstantSource clock;
    private final Publisher publisher;
    private boolean parked;

    ControlPublisher(Channel channel, Broker broker, Loop loop) {
        this.channel = channel;
        this.host = broker.defaultVirtualHost();
        this.clock = broker.clock();
        this.publisher = host.openPublisher(loop, this, this);
    }

    void publish(ControlMessage request) throws ControlRefusal {
        boolean toQueue = request.text("queue").isPresent();
        String address = request.requiredText(toQueue ? "queue" : "topic");
        Destination target = toQueue ? queue(address) : topics(address);
        Envelope envelope = Envelope.of(address, true, clock.millis());
        Message message = new Message(envelope, FORMAT, FORMAT.body(request.requiredBytes("payload")));
        if (publisher.publish(target, message, 0) == Admission.PARKED) {
            parked = true;
            updateReading();
        }
        channel.flush(); // an outcome reported within the call is followed by no onOutcomesEnd
    }

    private Destination queue(String name) throws ControlRefusal {
        return host.queue(name)
                .orElseThrow(() -> new ControlRefusal(
                        ControlRefusal.NOT_FOUND,
                        "There is no queue " + name + "; make it with: signalbox queue add " + name));
    }

    private Destination topics(String topic) throws ControlRefusal {
        if (topic.isEmpty()) throw new ControlRefusal(ControlRefusal.REFUSED, "A topic is not empty.");
        // MQTT-3.3.2-2
        if (TopicSyntax.MQTT.hasWildcard(topic)) {
            throw new ControlRefusal(
                    ControlRefusal.REFUSED, "A topic to publish to has no wildcard, unlike " + topic + ".");
        }
        return host.topics();
    }

    /** Requests are read while the peer reads the answers and the log has space. */
    void updateReading() {
        channel.config().setAutoRead(!parked && channel.isWritable());
    }

    void close() {
        publisher.close();
    }

    @Override
    public void onOutcome(long token, PublishOutcome outcome) {
        channel.write(answer(outcome).toLine());
    }

    private static ControlMessage answer(PublishOutcome outcome) {
        if (outcome instanceof PublishOutcome.Refused refused) {
            return new ControlRefusal(ControlRefusal.REFUSED, refused.sentence()).toMessage();
        }
        if (outcome instanceof PublishOutcome.Failed failed) {
            return new ControlRefusal(ControlRefusal.FAILED, failed.sentence()).toMessage();
        }
        return ControlMessage.of(outcome instanceof PublishOutcome.Unroutable ? "unroutable" : "ok");
    }

    @Override
    public void onOutcomesEnd() {
        channel.flush();
    }

    @Override
    public void onUnblocked() {
        parked = false;
        updateReading();
    }
}
