package io.signalbox.benchmarks;

import io.signalbox.benchmarks.load.Load;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.load.Route;
import io.signalbox.benchmarks.load.Timing;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.mqtt.MqttVersion;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;

/** What is asked of a broker, under the name by which it is chosen and listed. */
sealed interface Workload {

    String name();

    Protocol protocol();

    /** In a few words, for the table. */
    String what();

    boolean isTimed();

    /** Where and as whom one repetition runs. */
    record Place(Generator generator, BrokerUrl url, MqttVersion version, String address, Trouble trouble) {}

    /** Messages from publishers or producers to subscribers or consumers. */
    record Messages(String name, Protocol protocol, String what, Plan plan, RouteMaker maker) implements Workload {

        interface RouteMaker {
            Route make(Place place);
        }

        @Override
        public boolean isTimed() {
            return plan.timing() != Timing.NOTHING;
        }
    }

    /** Connections that come and go. */
    record Connects(String name, String what, LoadMaker maker) implements Workload {

        interface LoadMaker {
            Load make(Place place);
        }

        @Override
        public Protocol protocol() {
            return Protocol.MQTT;
        }

        @Override
        public boolean isTimed() {
            return true;
        }
    }
}
