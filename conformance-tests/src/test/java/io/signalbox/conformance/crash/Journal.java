package io.signalbox.conformance.crash;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the clients know: which messages were sent and confirmed, and for each target what was delivered and settled. It is
 * kept outside the broker, so it survives every kill. Thread-safe.
 */
final class Journal {

    private final List<Producer> producers = new ArrayList<>();
    private final Map<String, TargetJournal> targets = new LinkedHashMap<>();

    /** One producer's row. */
    final class Producer {
        private final int id;
        private final List<TargetJournal> reaches;
        private final AtomicInteger sent = new AtomicInteger();
        private final AtomicInteger confirmed = new AtomicInteger();
        private final AtomicInteger refused = new AtomicInteger();

        private Producer(int id, List<TargetJournal> reaches) {
            this.id = id;
            this.reaches = reaches;
        }

        /** The next message of the row. A number is used once: what a crash leaves unconfirmed is never sent again. */
        Marker next() {
            return new Marker(id, sent.getAndIncrement());
        }

        void confirmed(Marker marker) {
            confirmed.incrementAndGet();
            for (TargetJournal target : reaches) target.confirmed(marker);
        }

        void refused(Marker marker, String answer) {
            refused.incrementAndGet();
            for (TargetJournal target : reaches) target.refused(marker, answer);
        }

        /** Whether no target of this producer has more than this many confirmed and unsettled messages. */
        boolean backlogIsBelow(int messages) {
            return reaches.stream().allMatch(target -> target.unsettled() < messages);
        }
    }

    /** A place where messages must arrive. */
    TargetJournal addTarget(String name) {
        TargetJournal target = new TargetJournal(name);
        targets.put(name, target);
        return target;
    }

    List<TargetJournal> targets() {
        return List.copyOf(targets.values());
    }

    Producer addProducer(TargetJournal... reaches) {
        Producer producer = new Producer(producers.size(), List.of(reaches));
        producers.add(producer);
        for (TargetJournal target : reaches) target.addProducer(producer.id, producer.sent::get);
        return producer;
    }

    /** The broker was killed and every client has seen its connection end; what follows is a new run. */
    void newRun() {
        targets.values().forEach(TargetJournal::newRun);
    }

    /** Messages of all targets that this run must still deliver. */
    int missing() {
        return targets.values().stream().mapToInt(TargetJournal::missing).sum();
    }

    int confirmed() {
        return producers.stream().mapToInt(producer -> producer.confirmed.get()).sum();
    }

    int refused() {
        return producers.stream().mapToInt(producer -> producer.refused.get()).sum();
    }

    /** What was wrong in all runs so far, one line each. */
    List<String> violations() {
        List<String> all = new ArrayList<>();
        for (TargetJournal target : targets.values()) all.addAll(target.violations());
        return all;
    }
}
