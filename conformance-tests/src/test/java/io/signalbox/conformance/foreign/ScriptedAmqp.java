package io.signalbox.conformance.foreign;

import io.signalbox.conformance.process.Await;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/** A connection of a client in a {@link ClientDriver}. */
final class ScriptedAmqp implements AmqpClient {

    private final ClientDriver driver;
    private final Map<String, BlockingQueue<AmqpDelivery>> arrived = new ConcurrentHashMap<>();
    private final String name;
    private int links;

    private ScriptedAmqp(ClientDriver driver) {
        this.driver = driver;
        this.name = driver.listen(event -> {
            if ("message".equals(event.get("event")))
                arrivals((String) event.get("link")).add(delivery(event));
        });
    }

    static ScriptedAmqp connect(ClientDriver driver, int port) {
        ScriptedAmqp client = new ScriptedAmqp(driver);
        driver.call("connect", client.name, Map.of("port", port));
        return client;
    }

    private BlockingQueue<AmqpDelivery> arrivals(String link) {
        return arrived.computeIfAbsent(link, key -> new LinkedBlockingQueue<>());
    }

    private static AmqpDelivery delivery(Map<String, Object> event) {
        return new AmqpDelivery(
                event.get("delivery"),
                (String) event.get("body"),
                (String) event.getOrDefault("replyTo", ""),
                (String) event.getOrDefault("correlationId", ""),
                ((Long) event.get("count")).intValue());
    }

    private String nextLink() {
        return "l" + ++links;
    }

    private Map<String, Object> call(String action, String link, Map<String, ?> arguments) {
        Map<String, Object> request = new LinkedHashMap<>(arguments);
        request.put("link", link);
        return driver.call(action, name, request);
    }

    private AmqpSender open(Optional<String> address, boolean settled) {
        String link = nextLink();
        Map<String, Object> request = new LinkedHashMap<>();
        address.ifPresent(target -> request.put("address", target));
        request.put("settled", settled);
        call("sender", link, request);
        return message -> send(link, message);
    }

    @Override
    public AmqpSender sender(String address) {
        return open(Optional.of(address), false);
    }

    @Override
    public AmqpSender settledSender(String address) {
        return open(Optional.of(address), true);
    }

    @Override
    public AmqpSender anonymousSender() {
        return open(Optional.empty(), false);
    }

    private Sent send(String link, AmqpMessage message) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("link", link);
        request.put("kind", message.kind().word());
        request.put("text", message.text());
        request.put("size", message.bodyBytes());
        message.to().ifPresent(address -> request.put("to", address));
        message.replyTo().ifPresent(address -> request.put("replyTo", address));
        message.correlationId().ifPresent(identifier -> request.put("correlationId", identifier));
        CompletableFuture<Map<String, Object>> answer = driver.ask("send", name, request);
        return new Sent() {
            @Override
            public AmqpOutcome outcome() {
                return AmqpOutcome.ofWord(
                        (String) Await.get("the outcome", answer).get("outcome"));
            }

            @Override
            public String body() {
                return (String) Await.get("the outcome", answer).get("body");
            }
        };
    }

    @Override
    public AmqpReceiver receiver(AmqpSource source) {
        String link = nextLink();
        Map<String, Object> request = new LinkedHashMap<>();
        source.address().ifPresent(address -> request.put("address", address));
        request.put("credit", source.credit());
        request.put("byHand", source.settling() == AmqpSource.Settling.BY_HAND);
        request.put("settled", source.settling() == AmqpSource.Settling.SETTLED);
        String address = (String) call("receiver", link, request).get("address");
        return new ScriptedReceiver(link, address);
    }

    @Override
    public void close() {
        if (driver.isAlive()) driver.call("disconnect", name, Map.of());
    }

    private final class ScriptedReceiver implements AmqpReceiver {

        private final String link;
        private final String address;

        private ScriptedReceiver(String link, String address) {
            this.link = link;
            this.address = address;
        }

        @Override
        public String address() {
            return address;
        }

        @Override
        public Optional<AmqpDelivery> poll(Duration limit) {
            return Await.poll(arrivals(link), limit);
        }

        @Override
        public void credit(int credit) {
            call("credit", link, Map.of("credit", credit));
        }

        @Override
        public void drain() {
            call("drain", link, Map.of());
        }

        @Override
        public void settle(AmqpDelivery delivery, AmqpOutcome outcome) {
            call("settle", link, Map.of("delivery", delivery.handle(), "outcome", outcome.word()));
        }

        @Override
        public void close() {
            call("detach", link, Map.of());
        }
    }
}
