package io.signalbox.amqp;

import io.signalbox.amqp.TerminusResolver.PublishTarget;
import io.signalbox.amqp.TerminusResolver.Unmatched;
import io.signalbox.broker.Admission;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.Rider;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.routing.ExchangeType;
import io.signalbox.broker.routing.TopicSyntax;
import org.apache.qpid.proton.amqp.transport.AmqpError;

/** Where the messages of an incoming link go. Confined to the connection's event loop. */
sealed interface PublishRoute {

    Publisher publisher();

    /** All to one node. */
    record ToNode(TerminusResolver resolver, PublishTarget target, Publisher publisher) implements PublishRoute {

        /** A node that was made for a link does not come back. */
        void checkItIsThere() throws Refusal {
            if (target.visit().isEmpty() || resolver.isThere(target)) return;
            throw DynamicNodes.gone(
                    AmqpError.RESOURCE_DELETED, target.visit().get().node().name());
        }
    }

    /** Each where it says itself. */
    record ByMessage(AnonymousTerminus terminus, Publisher publisher) implements PublishRoute {}

    /** @throws Refusal if the message cannot be taken; nothing of it has happened */
    default Admission publish(PublishTarget target, ArrivedMessage arrived, VirtualHost host) throws Refusal {
        long token = arrived.token();
        if (target.unmatched() == Unmatched.ACCEPTED) token = PublishToken.contentUnmatched(token);
        Envelope envelope = arrived.addressedTo(routingKey(target, arrived));
        boolean isTopic = target.exchange().type() == ExchangeType.MQTT_TOPIC;
        if (arrived.rest().isPresent()) {
            LargeRest rest = arrived.rest().get();
            if (isTopic) Retention.refuseLarge(arrived);
            rest.arrival().announce(envelope, AmqpFormat.INSTANCE, rest.head(), rest.payloadBytes());
            return publisher().publish(target.exchange(), rest.arrival(), token, Rider.NONE);
        }
        Message message = arrived.message(envelope);
        Rider rider = isTopic ? Retention.rider(host.retained(), arrived, message) : Rider.NONE;
        return publisher().publish(target.exchange(), message, token, rider);
    }

    private static String routingKey(PublishTarget target, ArrivedMessage arrived) throws Refusal {
        if (target.key().isPresent()) return target.key().get();
        String subject = arrived.properties().getSubject();
        String key = subject == null ? "" : subject;
        if (target.exchange().type() == ExchangeType.MQTT_TOPIC && TopicSyntax.MQTT.hasWildcard(key)) {
            throw Refusal.ofLink(AmqpError.NOT_ALLOWED, "messages cannot be published to a wildcard: " + key);
        }
        return key;
    }
}
