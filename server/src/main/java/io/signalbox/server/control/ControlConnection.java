package io.signalbox.server.control;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.signalbox.broker.Broker;
import io.signalbox.broker.CatalogueException;
import io.signalbox.broker.Loop;
import io.signalbox.broker.Users;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueuePolicy;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.QueueStatus;
import io.signalbox.broker.security.PasswordHash;
import io.signalbox.broker.security.User;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command's connection: each request line is answered in order, and a subscription streams. Confined to its event loop.
 * It reads nothing while its peer does not read, so what it holds is bounded.
 */
final class ControlConnection extends SimpleChannelInboundHandler<String> {

    private static final Logger LOG = LoggerFactory.getLogger(ControlConnection.class);

    private final Channel channel;
    private final VirtualHost host;
    private final Users users;
    private final Loop loop;
    private final NodeControl node;
    private final ControlPublisher publisher;
    private @Nullable ControlSubscription subscription;

    ControlConnection(Channel channel, Broker broker, NodeControl node) {
        this.channel = channel;
        this.host = broker.defaultVirtualHost();
        this.users = broker.users();
        this.loop = broker.loopOf(channel.eventLoop());
        this.node = node;
        this.publisher = new ControlPublisher(channel, broker, loop);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, String line) {
        try {
            handle(ControlMessage.parse(line));
        } catch (ControlRefusal e) {
            answer(e.toMessage());
        } catch (IllegalArgumentException e) {
            answer(new ControlRefusal(ControlRefusal.REFUSED, "The request cannot be taken: " + e.getMessage() + ".")
                    .toMessage());
        }
    }

    private void handle(ControlMessage request) throws ControlRefusal {
        switch (request.kind()) {
            case "publish" -> publisher.publish(request);
            case "subscribe" -> subscribe(request);
            case "accept" ->
                requiredSubscription().accept(request.number("delivery").orElse(0L));
            case "queue-add" -> addQueue(request.requiredText("queue"));
            case "queue-ls" -> listQueues();
            case "queue-rm" -> removeQueue(request.requiredText("queue"), request.requiredText("messages"));
            case "queue-bind" ->
                answerWhenDone(host.bind(
                        loop,
                        request.requiredText("exchange"),
                        request.requiredText("queue"),
                        request.requiredText("key")));
            case "user-add" -> answerUser(users.add(loop, request.requiredText("user"), hash(request)));
            case "user-passwd" -> answerUser(users.changePassword(loop, request.requiredText("user"), hash(request)));
            case "user-rm" -> answerUser(users.remove(loop, request.requiredText("user")));
            case "user-ls" -> listUsers();
            case "status" -> reportStatus();
            case "reload" -> reload();
            default ->
                throw new ControlRefusal(
                        ControlRefusal.REFUSED,
                        "This broker does not know the request " + request.kind() + "; is it of an older version?");
        }
    }

    private void subscribe(ControlMessage request) throws ControlRefusal {
        if (subscription != null) {
            throw new ControlRefusal(ControlRefusal.REFUSED, "A connection carries one subscription.");
        }
        long limit = request.number("limit").orElse(Long.MAX_VALUE);
        if (request.text("queue").isPresent()) {
            MessageQueue queue = requiredQueue(request.requiredText("queue"));
            answer(ControlMessage.of("ok"));
            subscription = new ControlQueueSubscription(channel, queue, loop, limit);
        } else {
            String filter = request.requiredText("topic");
            if (filter.isEmpty()) throw new ControlRefusal(ControlRefusal.REFUSED, "A topic filter is not empty.");
            subscription = new ControlTopicSubscription(channel, host, loop, filter, limit);
            answer(ControlMessage.of("ok"));
        }
    }

    private ControlSubscription requiredSubscription() throws ControlRefusal {
        if (subscription == null) throw new ControlRefusal(ControlRefusal.REFUSED, "Nothing has been subscribed to.");
        return subscription;
    }

    private MessageQueue requiredQueue(String name) throws ControlRefusal {
        return host.queue(name)
                .orElseThrow(() -> new ControlRefusal(ControlRefusal.NOT_FOUND, "There is no queue " + name + "."));
    }

    private void addQueue(String name) {
        answerWhenDone(host.declareQueue(loop, QueueSettings.durable(name, "command line")));
    }

    private void listQueues() {
        List<MessageQueue> shared = host.queues().stream()
                .filter(queue -> queue.settings().purpose() != QueueSettings.Purpose.SESSION)
                .sorted(Comparator.comparing(queue -> queue.settings().name()))
                .toList();
        for (MessageQueue queue : shared) {
            QueueStatus now = queue.status();
            channel.write(ControlMessage.of("queue")
                    .with("queue", queue.settings().name())
                    .with("messages", now.ready() + now.unsettled())
                    .with("consumers", now.consumers())
                    .with("expired", now.expired())
                    .with("dropped", now.overLimit().dropped())
                    .with(
                            "policy",
                            queue.quota().policy().map(QueuePolicy::name).orElse(""))
                    .toLine());
        }
        answer(ControlMessage.of("ok"));
    }

    private void removeQueue(String name, String messages) throws ControlRefusal {
        QueueStatus now = requiredQueue(name).status();
        long held = now.ready() + now.unsettled();
        if (held > 0 && !messages.equals("delete")) {
            throw new ControlRefusal(
                    ControlRefusal.REFUSED,
                    "The queue " + name + " holds " + held + " messages; with --yes they are removed with it.");
        }
        answerWhenDone(host.deleteQueue(loop, name));
    }

    private static PasswordHash hash(ControlMessage request) {
        return PasswordHash.parse(request.requiredText("hash"));
    }

    /** With how many users there are now: the first and the last change what everybody may do. */
    private void answerUser(CompletionStage<User> change) {
        change.whenComplete((user, failure) -> answer(
                failure == null
                        ? ControlMessage.of("ok").with("users", users.all().size())
                        : refusal(failure)));
    }

    private void listUsers() {
        for (User user : users.all()) {
            channel.write(ControlMessage.of("user")
                    .with("user", user.name())
                    .with("created", user.createdMillis())
                    .with("password", user.passwordMillis())
                    .with("connections", node.connectionsOf(user.name()))
                    .toLine());
        }
        answer(ControlMessage.of("ok"));
    }

    private void reportStatus() {
        StatusReport report = node.status();
        report.facts()
                .forEach((name, value) -> channel.write(ControlMessage.of("fact")
                        .with("name", name)
                        .with("value", value)
                        .toLine()));
        answer(ControlMessage.of(report.verdict() == StatusReport.Verdict.SERVING ? "ok" : "failed"));
    }

    private void reload() {
        node.reload().whenComplete((changes, failure) -> {
            if (failure != null) {
                Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                String sentence = String.valueOf(cause == null ? failure : cause.getMessage());
                answer(new ControlRefusal(ControlRefusal.CONFIGURATION, sentence).toMessage());
                return;
            }
            for (String change : changes) {
                channel.write(ControlMessage.of("change").with("line", change).toLine());
            }
            answer(ControlMessage.of("ok"));
        });
    }

    private void answerWhenDone(CompletionStage<?> change) {
        change.whenComplete((done, failure) -> answer(failure == null ? ControlMessage.of("ok") : refusal(failure)));
    }

    private static ControlMessage refusal(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        int exitCode = ControlRefusal.FAILED;
        if (cause instanceof CatalogueException e) {
            exitCode = switch (e.reason()) {
                case NOT_FOUND -> ControlRefusal.NOT_FOUND;
                case EXISTS_DIFFERENT, INVALID -> ControlRefusal.REFUSED;
                case STORE_BUSY, STORE_FAILED -> ControlRefusal.FAILED;
            };
        }
        return new ControlRefusal(exitCode, String.valueOf(cause == null ? failure : cause.getMessage())).toMessage();
    }

    private void answer(ControlMessage message) {
        channel.writeAndFlush(message.toLine());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        publisher.updateReading();
        if (subscription != null) subscription.onWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        publisher.close();
        if (subscription != null) subscription.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof TooLongFrameException) {
            LOG.info("event=control_line_too_long limit_bytes={}", ControlMessage.MAX_LINE_BYTES);
        } else {
            LOG.debug("event=control_connection_failed", cause);
        }
        context.close();
    }
}
