package io.signalbox.conformance.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Wills of every client: published when it is lost, whether its network or it itself, and not when it says goodbye. */
@ExtendWith(SharedBroker.class)
final class MqttWillIT {

    private final List<MqttLink> links = new ArrayList<>();
    private BrokerUnderTest broker;
    private String test;

    @BeforeEach
    void remember(BrokerUnderTest shared, TestInfo info) {
        broker = shared;
        test = info.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void close() {
        links.forEach(MqttLink::close);
    }

    private String topic(MqttFlavour flavour) {
        return "wills/" + test + "/" + flavour;
    }

    private MqttLink witness(MqttFlavour flavour) {
        MqttLink witness = flavour.connect(broker, MqttConnect.clean(test + "-" + flavour + "-witness"));
        links.add(witness);
        witness.subscribe(topic(flavour), Feature.maximumQos(broker));
        return witness;
    }

    private MqttConnect mortal(MqttFlavour flavour, int qos) {
        return MqttConnect.clean(test + "-" + flavour + "-" + qos)
                .withWill(MqttMessage.of(topic(flavour), qos, "gone at " + qos));
    }

    @ParameterizedTest
    @EnumSource
    void aLostConnectionPublishesTheWillAtItsQos(MqttFlavour flavour) {
        MqttLink witness = witness(flavour);
        for (int qos = 0; qos <= Feature.maximumQos(broker); qos++) {
            flavour.connect(broker, mortal(flavour, qos)).drop(); // MQTT-3.1.2-8
            assertEquals(MqttMessage.of(topic(flavour), qos, "gone at " + qos), witness.receive());
        }
    }

    @ParameterizedTest
    @EnumSource
    void disconnectTakesTheWillAway(MqttFlavour flavour) {
        MqttLink witness = witness(flavour);
        flavour.connect(broker, mortal(flavour, 1)).disconnect(); // MQTT-3.1.2-10, MQTT-3.14.4-3
        witness.assertNothingMore();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "HIVEMQ.*")
    void aKilledClientPublishesItsWill(MqttFlavour flavour) {
        MqttLink witness = witness(flavour);
        try (ClientDriver driver = ClientDriver.start(flavour.process().orElseThrow())) {
            flavour.connect(driver, broker, mortal(flavour, 1));
            driver.kill();
            assertEquals("gone at 1", witness.receive().payload());
        }
    }
}
