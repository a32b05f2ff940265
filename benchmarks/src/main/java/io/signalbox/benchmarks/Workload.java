package io.signalbox.benchmarks;

import io.signalbox.benchmarks.load.BacklogRoute;
import io.signalbox.benchmarks.load.Load;
import io.signalbox.benchmarks.load.Plan;
import io.signalbox.benchmarks.load.Route;
import io.signalbox.benchmarks.load.Timing;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.mqtt.MqttVersion;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import java.util.List;
import java.util.Locale;

/** What is asked of a broker, under the name by which it is chosen and listed. */
sealed interface Workload {

    String name();

    Protocol protocol();

    /** In a few words, for the table. */
    String what();

    boolean isTimed();

    /** What it measures one after the other, each a row of the table of its own; empty if it is one thing. */
    default List<Part> parts() {
        return List.of();
    }

    /** A part, named as the end of the workload's name. */
    record Part(String name, String what) {}

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

    /** Messages that wait until all are there, and then are taken. */
    record Backlog(String name, Protocol protocol, String what, BacklogMaker maker) implements Workload {

        interface BacklogMaker {
            BacklogRoute make(Place place);
        }

        @Override
        public boolean isTimed() {
            return false;
        }

        @Override
        public List<Part> parts() {
            return List.of(new Part("fill", what + ", come"), new Part("drain", what + ", are taken"));
        }
    }

    /**
     * The messages of another workload at half of the rate at which the best target is saturated: of the peers, or of all if
     * there are none.
     */
    record Half(String name, Messages saturating) implements Workload {

        @Override
        public Protocol protocol() {
            return saturating.protocol();
        }

        @Override
        public String what() {
            return saturating.what() + ", at half of the best peer's rate in " + saturating.name();
        }

        @Override
        public boolean isTimed() {
            return true;
        }

        /** At so many a second, which half is. */
        Messages at(double perSecond) {
            String what = String.format(Locale.ROOT, "%s, %,.0f/s", saturating.what(), perSecond);
            return new Messages(name, saturating.protocol(), what, Plan.rate(perSecond), saturating.maker());
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
