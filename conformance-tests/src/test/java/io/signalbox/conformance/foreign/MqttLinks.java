package io.signalbox.conformance.foreign;

import io.signalbox.conformance.process.BrokerUnderTest;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The clients of one test of the matrix: connects them, with topics and client identifiers that no other test has, and closes
 * them when the test leaves. Used by one thread.
 */
final class MqttLinks implements BeforeEachCallback, AfterEachCallback {

    private final String area;
    private final List<MqttLink> open = new ArrayList<>();
    private String test = "";
    private @Nullable BrokerUnderTest broker;

    /** @param area the first level of every topic */
    MqttLinks(String area) {
        this.area = area;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        test = context.getRequiredTestMethod().getName();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        open.forEach(MqttLink::close);
        open.clear();
    }

    /** Clients connect to this broker from now on. */
    void meet(BrokerUnderTest next) {
        broker = next;
    }

    private BrokerUnderTest broker() {
        BrokerUnderTest met = broker;
        if (met == null) throw new IllegalStateException("no broker to connect to");
        return met;
    }

    String topic(MqttFlavour flavour) {
        return area + "/" + test + "/" + flavour;
    }

    String id(MqttFlavour flavour, String role) {
        return area + "-" + test + "-" + flavour + "-" + role;
    }

    MqttLink connect(MqttFlavour flavour, MqttConnect connect) {
        return connect(flavour, flavour.entrance(broker()), connect);
    }

    MqttLink connect(MqttFlavour flavour, InetSocketAddress entrance, MqttConnect connect) {
        MqttLink link = flavour.connect(entrance, connect);
        open.add(link);
        return link;
    }

    /** A client whose session ends with its connection. */
    MqttLink clean(MqttFlavour flavour, String role) {
        return connect(flavour, MqttConnect.clean(id(flavour, role)));
    }

    /** A client whose session outlives its connection. */
    MqttLink keeping(MqttFlavour flavour, String role) {
        return connect(flavour, MqttConnect.keeping(id(flavour, role)));
    }
}
