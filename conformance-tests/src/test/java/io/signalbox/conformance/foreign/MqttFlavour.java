package io.signalbox.conformance.foreign;

import io.signalbox.conformance.process.BrokerUnderTest;
import java.net.InetSocketAddress;
import java.util.Optional;

/** A client in one version of MQTT over one transport: a row of the matrix. */
enum MqttFlavour {
    PAHO_PYTHON_3_1_1(Optional.of(ForeignClient.PAHO_PYTHON), false, false),
    PAHO_PYTHON_5(Optional.of(ForeignClient.PAHO_PYTHON), true, false),
    MQTT_JS_3_1_1(Optional.of(ForeignClient.MQTT_JS), false, false),
    MQTT_JS_5(Optional.of(ForeignClient.MQTT_JS), true, false),
    MQTT_JS_3_1_1_WEB_SOCKET(Optional.of(ForeignClient.MQTT_JS), false, true),
    MQTT_JS_5_WEB_SOCKET(Optional.of(ForeignClient.MQTT_JS), true, true),
    HIVEMQ_3_1_1(Optional.empty(), false, false),
    HIVEMQ_5(Optional.empty(), true, false);

    private final Optional<ForeignClient> foreign;
    private final boolean is5;
    private final boolean isWebSocket;

    /** @param foreign the client behind a driver; empty for the one on the class path */
    MqttFlavour(Optional<ForeignClient> foreign, boolean is5, boolean isWebSocket) {
        this.foreign = foreign;
        this.is5 = is5;
        this.isWebSocket = isWebSocket;
    }

    boolean is5() {
        return is5;
    }

    boolean isWebSocket() {
        return isWebSocket;
    }

    /** Skips the test where the client is not installed. */
    void require() {
        foreign.ifPresent(ForeignClient::require);
    }

    /** The client that a test can kill, if it is a process of its own. */
    Optional<ForeignClient> process() {
        return foreign;
    }

    /** Where this flavour's clients connect to a broker. */
    InetSocketAddress entrance(BrokerUnderTest broker) {
        return isWebSocket ? broker.http() : broker.mqtt();
    }

    MqttLink connect(BrokerUnderTest broker, MqttConnect connect) {
        return connect(entrance(broker), connect);
    }

    MqttLink connect(InetSocketAddress entrance, MqttConnect connect) {
        return foreign.isPresent()
                ? connect(ClientDriver.shared(foreign.get()), entrance, connect)
                : new HiveMqtt(entrance, this, connect);
    }

    /** The same in a program of its own. */
    MqttLink connect(ClientDriver driver, InetSocketAddress entrance, MqttConnect connect) {
        return ScriptedMqtt.connect(driver, this, entrance.getPort(), connect);
    }
}
