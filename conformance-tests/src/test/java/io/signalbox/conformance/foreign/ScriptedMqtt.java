package io.signalbox.conformance.foreign;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.signalbox.conformance.process.Await;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** A connection of a client in a {@link ClientDriver}. */
final class ScriptedMqtt implements MqttLink {

    private static final int INFLIGHT = 1_000;

    private final ClientDriver driver;
    private final String name;
    private final boolean sessionPresent;
    private final Inbox inbox;
    private boolean open = true;

    /** What a connection has told of by itself. */
    private record Inbox(BlockingQueue<MqttMessage> messages, BlockingQueue<Boolean> returns) {

        void onEvent(Map<String, Object> event) {
            if ("message".equals(event.get("event"))) messages.add(message(event));
            if ("returned".equals(event.get("event"))) returns.add((Boolean) event.get("present"));
        }
    }

    private ScriptedMqtt(ClientDriver driver, String name, boolean sessionPresent, Inbox inbox) {
        this.driver = driver;
        this.name = name;
        this.sessionPresent = sessionPresent;
        this.inbox = inbox;
    }

    static ScriptedMqtt connect(ClientDriver driver, MqttFlavour flavour, int port, MqttConnect connect) {
        Inbox inbox = new Inbox(new LinkedBlockingQueue<>(), new LinkedBlockingQueue<>());
        String name = driver.listen(inbox::onEvent);
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("port", port);
        request.put("client", connect.clientId());
        request.put("version", flavour.is5() ? 5 : 4);
        request.put("webSocket", flavour.isWebSocket());
        request.put("clean", connect.clean());
        request.put("expiry", connect.expirySeconds());
        request.put("inflight", INFLIGHT);
        if (connect.returning()) request.put("returnMillis", MqttConnect.RETURN_MILLIS);
        connect.will().ifPresent(will -> {
            Map<String, Object> fields = fields(will);
            fields.put("delay", 0);
            request.put("will", fields);
        });
        Map<String, Object> connack = driver.call("connect", name, request);
        if (!connack.get("reason").equals(0L)) throw new AssertionError("CONNACK " + connack.get("reason"));
        return new ScriptedMqtt(driver, name, (Boolean) connack.get("present"), inbox);
    }

    private static MqttMessage message(Map<String, Object> event) {
        return new MqttMessage(
                (String) event.get("topic"),
                new String(Base64.getDecoder().decode((String) event.get("payload")), UTF_8),
                ((Long) event.get("qos")).intValue(),
                (Boolean) event.get("retain"),
                (Boolean) event.get("dup"));
    }

    private static Map<String, Object> fields(MqttMessage message) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("topic", message.topic());
        fields.put(
                "payload", Base64.getEncoder().encodeToString(message.payload().getBytes(UTF_8)));
        fields.put("qos", message.qos());
        fields.put("retain", message.retain());
        return fields;
    }

    @Override
    public boolean sessionPresent() {
        return sessionPresent;
    }

    @Override
    public boolean awaitReturn() {
        return Await.poll(inbox.returns, RECEIVE_LIMIT)
                .orElseThrow(() -> new AssertionError("it does not connect again"));
    }

    @Override
    public int subscribe(MqttSubscribe subscription) {
        return reason(driver.call(
                "subscribe",
                name,
                Map.of(
                        "filter", subscription.filter(),
                        "qos", subscription.qos(),
                        "noLocal", subscription.noLocal(),
                        "retainAsPublished", subscription.retainAsPublished(),
                        "retainHandling", subscription.retainHandling())));
    }

    @Override
    public void unsubscribe(String filter) {
        driver.call("unsubscribe", name, Map.of("filter", filter));
    }

    @Override
    public CompletableFuture<Integer> publish(MqttMessage message) {
        return driver.ask("publish", name, fields(message)).thenApply(ScriptedMqtt::reason);
    }

    private static int reason(Map<String, Object> answer) {
        return ((Long) ((List<?>) answer.get("reasons")).get(0)).intValue();
    }

    @Override
    public Optional<MqttMessage> poll(Duration limit) {
        return Await.poll(inbox.messages, limit);
    }

    @Override
    public void disconnect() {
        open = false;
        driver.call("disconnect", name, Map.of());
    }

    @Override
    public void drop() {
        open = false;
        driver.call("drop", name, Map.of());
    }

    @Override
    public void close() {
        if (open && driver.isAlive()) disconnect();
    }
}
