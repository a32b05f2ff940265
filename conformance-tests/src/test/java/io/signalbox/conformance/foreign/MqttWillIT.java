package io.signalbox.conformance.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Wills of every client: published when it is lost, whether its network or it itself, and not when it says goodbye. */
@ExtendWith(SharedBroker.class)
final class MqttWillIT {

    @RegisterExtension
    final MqttLinks links = new MqttLinks("wills");

    private BrokerUnderTest broker;

    @BeforeEach
    void meet(BrokerUnderTest shared) {
        broker = shared;
        links.meet(shared);
    }

    private MqttLink witness(MqttFlavour flavour) {
        MqttLink witness = links.clean(flavour, "witness");
        witness.subscribe(links.topic(flavour), Feature.maximumQos(broker));
        return witness;
    }

    private MqttConnect mortal(MqttFlavour flavour, int qos) {
        return MqttConnect.clean(links.id(flavour, "mortal" + qos))
                .withWill(MqttMessage.of(links.topic(flavour), qos, "gone at " + qos));
    }

    @ParameterizedTest
    @EnumSource
    void aLostConnectionPublishesTheWillAtItsQos(MqttFlavour flavour) {
        MqttLink witness = witness(flavour);
        for (int qos = 0; qos <= Feature.maximumQos(broker); qos++) {
            links.connect(flavour, mortal(flavour, qos)).drop(); // MQTT-3.1.2-8
            assertEquals(MqttMessage.of(links.topic(flavour), qos, "gone at " + qos), witness.receive());
        }
    }

    @ParameterizedTest
    @EnumSource
    void disconnectTakesTheWillAway(MqttFlavour flavour) {
        MqttLink witness = witness(flavour);
        links.connect(flavour, mortal(flavour, 1)).disconnect(); // MQTT-3.1.2-10, MQTT-3.14.4-3
        witness.assertNothingMore();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "HIVEMQ.*")
    void aKilledClientPublishesItsWill(MqttFlavour flavour) {
        MqttLink witness = witness(flavour);
        try (ClientDriver driver = ClientDriver.start(flavour.process().orElseThrow())) {
            flavour.connect(driver, flavour.entrance(broker), mortal(flavour, 1));
            driver.kill();
            assertEquals("gone at 1", witness.receive().payload());
        }
    }
}
