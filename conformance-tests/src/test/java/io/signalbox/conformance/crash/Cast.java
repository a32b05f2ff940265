package io.signalbox.conformance.crash;

import io.signalbox.conformance.process.BrokerProcess;
import java.util.List;
import java.util.Random;

/** Who takes part in a campaign, and where their messages go. Used by one thread. */
interface Cast {

    Journal journal();

    /** Makes the queues and bindings, once in the life of a data directory. */
    void declare(BrokerProcess broker);

    /** Connects the consumers. Subscriptions must be there since their first connection. */
    List<TrafficClient> consumers(BrokerProcess broker);

    /** Connects the producers; each takes its seed from here. */
    List<TrafficClient> producers(BrokerProcess broker, Random seeds);

    /** Targets whose consumers hold many messages before they settle them. */
    List<TargetJournal> held();

    /** Targets of which each run confirms settlements before its kill; else none could be taken back by it. */
    List<TargetJournal> settled();

    /** What must be empty when everything is settled. */
    List<String> queues();
}
