package io.signalbox.testkit;

import io.signalbox.broker.Admission;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.Rider;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.MemoryBudget;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.QueueLimits;
import io.signalbox.broker.queue.QueueLimits.Overflow;
import io.signalbox.broker.queue.QueuePolicy;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.QueueSettings.Purpose;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.broker.routing.Binding;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StateTable;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.TargetFlags;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.broker.store.WriteBatch.TableChange;
import io.signalbox.persistence.StoreSettings;
import io.signalbox.testkit.CoreModel.Copy;
import io.signalbox.testkit.CoreModel.Form;
import io.signalbox.testkit.CoreModel.Found;
import io.signalbox.testkit.CoreModel.Queue;
import io.signalbox.testkit.CoreModel.Sent;
import io.signalbox.testkit.SimulatedStore.Variation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A history of a whole core over a simulated disk, made from a seed: publishers on two loops, direct and through topics, with and without
 * waiting for the force; consumers that settle in every way; queues that come and go, have limits, and whose chunks of four entries leave
 * memory as soon as they may; checkpoints, cleaning, messages that expire. Around every operation of the disk the power may go: what
 * is then found must be what a {@link CoreModel} allows. Runs on one thread, and the same seed always runs the same way.
 */
final class CoreHistory {
    /** The smallest segments into which every message goes that a publisher may want to add something to. */
    private static final StoreSettings SETTINGS = new StoreSettings(
            140 << 10,
            4096,
            WriteBatch.OVERHEAD_BYTES + 4096,
            50_000_000,
            10_000_000,
            SimulatedStore.TO_THE_END,
            4 << 20);

    private static final int MOST_PADDING = 2500;
    /** Of the crash points: so a number of them is more than one history. */
    private static final double SHARE = 0.3;

    private static final int LOOPS = 2;
    private static final int PUBLISHERS = 4;
    private static final int SLOT_BITS = 2;
    private static final int MOST_WAITING = 120;
    private static final int MOST_TURNS = 400;
    private static final String SOME = "some";
    private static final String ALL = "all";

    /** What is published to a queue of a session is of QoS 0 and passes by; it gets what is published to a topic of its name. */
    private static final String SESSION = "session";

    private static final QueueLimits UNLIMITED = limits(QueueLimits.NONE, QueueLimits.NONE, Overflow.DROP_HEAD);

    /**
     * A queue that there may be.
     *
     * @param keys by which it is bound to the topics
     */
    private record Kind(QueueSettings settings, QueueLimits limits, List<String> keys) {
        private static Kind of(String name, Purpose purpose, int windowBytes, QueueLimits limits, String... keys) {
            return new Kind(new QueueSettings(name, true, purpose, windowBytes, "test"), limits, List.of(keys));
        }

        String name() {
            return settings.name();
        }
    }

    private static final List<Kind> LASTING = List.of(
            Kind.of("a", Purpose.SHARED, 0, UNLIMITED, ALL),
            Kind.of("b", Purpose.SHARED, 1000, UNLIMITED, ALL, SOME),
            Kind.of(SESSION, Purpose.SESSION, 1000, UNLIMITED),
            Kind.of("few", Purpose.SHARED, 0, limits(4, QueueLimits.NONE, Overflow.DROP_HEAD)),
            Kind.of("full", Purpose.SHARED, 1000, limits(3, QueueLimits.NONE, Overflow.REJECT_PUBLISH)),
            Kind.of("old", Purpose.SHARED, 0, limits(QueueLimits.NONE, 1500, Overflow.DROP_HEAD)),
            new Kind(QueueSettings.transientQueue("memory", "test"), UNLIMITED, List.of(ALL)));

    private static final List<Kind> PASSING = List.of(
            Kind.of("c", Purpose.SHARED, 0, UNLIMITED, ALL, SOME),
            Kind.of("d", Purpose.SUBSCRIPTION, 500, UNLIMITED, SOME));

    private final Random random;
    private final CoreModel model = new CoreModel();
    private final CoreLife.Setup setup;
    private final PowerCuts cuts;
    private final DiskEvents events = new DiskEvents();
    private final Map<String, Long> seen = new HashMap<>();
    private SimulatedDisk disk = new SimulatedDisk();
    private CoreLife life;
    private boolean running;
    private long nowMillis = 1_000_000;
    private long nextNumber;
    private long nextToken;
    private final List<Producer> producers = new ArrayList<>();
    private final Map<Long, Client> clients = new LinkedHashMap<>();

    CoreHistory(long seed, Variation variation, UnaryOperator<MessageStore> relay) {
        random = new Random(seed);
        setup = new CoreLife.Setup(
                SETTINGS,
                () -> new MemoryBudget(1 << 30, 0, SLOT_BITS),
                () -> Instant.ofEpochMilli(nowMillis),
                LOOPS,
                variation,
                relay);
        cuts = new PowerCuts(random, SHARE, new PowerCuts.Start() {
            @Override
            public void begin(SimulatedDisk image) throws StoreException {
                start(image);
            }

            @Override
            public void check(SimulatedDisk image) throws StoreException {
                lookAt(image);
            }
        });
    }

    private static QueueLimits limits(long length, long ttlMillis, Overflow overflow) {
        return new QueueLimits(length, QueueLimits.NONE, ttlMillis, overflow);
    }

    /** At how many moments the power went. */
    long crashPoints() {
        return cuts.points();
    }

    /** What happened on the disk. */
    DiskEvents disk() {
        return events;
    }

    /** What else happened, and how often. */
    Map<String, Long> seen() {
        return seen;
    }

    private void saw(String what, long count) {
        seen.merge(what, count, Long::sum);
    }

    // ---- lives

    /** Lives a few lives, each ended by a crash or a clean stop. */
    void run(int lives, int stepsPerLife) throws StoreException {
        disk.observe(this::at);
        for (int i = 0; i < lives; i++) {
            begin();
            boolean crashes = i + 1 < lives && random.nextInt(4) > 0;
            cuts.crashAfter(crashes ? random.nextInt(stepsPerLife) : Long.MAX_VALUE);
            try {
                for (int step = 0; step < stepsPerLife; step++) step();
                quiesce();
                end();
            } catch (SimulatedCrash crash) {
                crash();
            }
        }
    }

    private CoreLife start(SimulatedDisk from) throws StoreException {
        CoreLife started = new CoreLife(from, setup);
        List<QueuePolicy> policies = new ArrayList<>();
        for (Kind kind : LASTING) {
            if (kind.limits.equals(UNLIMITED)) continue;
            policies.add(new QueuePolicy(kind.name(), kind.name(), QueuePolicy.Scope.ALL, kind.limits));
        }
        started.broker.govern(policies);
        return started;
    }

    private void begin() throws StoreException {
        while (true) {
            cuts.crashAfter(random.nextInt(4) == 0 ? random.nextInt(30) : Long.MAX_VALUE);
            try {
                CoreLife started = start(disk);
                saw("on disk at a start", started.broker.memory().entriesOnDisk());
                Found found = browse(started);
                model.check(found, nowMillis);
                model.resumeFrom(found, nowMillis);
                life = started;
                running = true;
                for (int i = 0; i < PUBLISHERS; i++) producers.add(new Producer(i));
                for (Kind kind : LASTING) declare(kind);
                life.turn();
                return;
            } catch (SimulatedCrash crash) {
                crash();
            }
        }
    }

    private void crash() {
        running = false;
        producers.clear();
        clients.clear();
        disk = cuts.crashed(disk);
        disk.observe(this::at);
    }

    /** Until nothing is left to do: then nobody may still be waiting. */
    private void quiesce() {
        for (int i = 0; i < 40; i++) {
            passTime(100);
            life.turn();
        }
        for (Producer producer : producers) {
            if (producer.publisher.unanswered() > 0) throw new AssertionError("a publisher waits for ever");
        }
    }

    private void end() throws StoreException {
        running = false;
        life.broker.close();
        model.stopped();
        producers.clear();
        clients.clear();
        disk = disk.kill();
        disk.observe(this::at);
    }

    // ---- what a start finds

    /** All that there is, as who browses sees it. */
    private Found browse(CoreLife of) {
        Map<Long, Inbox> browsers = new LinkedHashMap<>();
        for (MessageQueue queue : of.broker.defaultVirtualHost().queues()) {
            Inbox browser = new Inbox();
            browser.open(
                    queue,
                    new SubscriptionSettings(
                            of.loops.get(0),
                            SubscriptionSettings.Settlement.BY_CONSUMER,
                            "browser",
                            Optional.empty(),
                            SubscriptionSettings.Mode.BROWSE),
                    Integer.MAX_VALUE);
            browsers.put(queue.id(), browser);
        }
        of.read();
        Map<Long, List<Message>> messages = new HashMap<>();
        browsers.forEach((id, browser) -> {
            messages.put(id, browser.deliveries.stream().map(Delivery::message).toList());
            browser.subscription().close();
        });
        of.read();
        Set<String> rows = new HashSet<>();
        rows(of).forEach((key, value) -> rows.add(new String(key, StandardCharsets.ISO_8859_1)));
        if (of.engine.failure().isPresent())
            throw new AssertionError(of.engine.failure().get());
        return new Found(messages, rows);
    }

    private static StateTable rows(CoreLife of) {
        return of.engine.table("test.rows");
    }

    private void lookAt(SimulatedDisk image) throws StoreException {
        CoreLife again = start(image);
        Found found = browse(again);
        model.check(found, nowMillis);
        for (MessageQueue queue : again.broker.defaultVirtualHost().queues()) {
            QueueLimits limits = limitsOf(queue);
            if (limits.overflow() != Overflow.DROP_HEAD) continue; // what a consumer had waits, too
            long most = limits.maxLength();
            long ready = queue.status().ready();
            if (ready > most)
                throw new AssertionError(
                        ready + " messages wait in " + queue.settings().name());
        }
        if (random.nextInt(4) == 0) {
            model.checkAgain(found, browse(start(image.crash(random))), nowMillis);
        } else if (random.nextInt(8) == 0) {
            Outcomes outcomes = new Outcomes();
            MessageQueue queue = again.declare(QueueSettings.durable("new", "test"));
            Message message = CoreLife.message("new", new byte[] {'|'});
            again.publisher(0, outcomes).publish(queue, message, 1);
            for (int i = 0; i < 3; i++) again.turn();
            if (!outcomes.stored.contains(1L)) throw new AssertionError("what was started takes nothing");
        }
    }

    private static QueueLimits limitsOf(MessageQueue queue) {
        for (Kind kind : LASTING) if (kind.name().equals(queue.settings().name())) return kind.limits;
        return UNLIMITED;
    }

    // ---- steps

    /** The disk is about to do something, or has just done it. */
    private void at(String operation) {
        events.note(operation);
        if (running && operation.startsWith("force seg-") && random.nextInt(3) == 0) {
            // What happens while a force runs.
            runSomeTasks();
            if (random.nextBoolean()) publish();
        }
        cuts.at(operation, disk);
    }

    private void step() {
        switch (random.nextInt(40)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> publish();
            case 9, 10, 11, 12, 13, 14, 15, 16 -> runSomeTasks();
            case 17, 18, 19, 20, 21, 22, 23 -> settle();
            case 24, 25 -> life.engine.logStep();
            case 26, 27, 28, 29 -> life.engine.housekeepingStep();
            case 30, 31, 32, 33 -> life.engine.readStep();
            case 34, 35 -> passTime(random.nextInt(300));
            case 36 -> comeOrGo();
            default -> consume();
        }
        saw("on disk", Math.min(1, life.broker.memory().entriesOnDisk()));
    }

    private void runSomeTasks() {
        for (int i = random.nextInt(10); i > 0; i--) life.runTask(random.nextInt(LOOPS));
    }

    private void passTime(int millis) {
        nowMillis += millis;
        life.passTime(millis * (random.nextInt(3) == 0 ? 10_000_000L : 1_000_000L));
        life.loops.forEach(life.broker::tick);
    }

    private void comeOrGo() {
        for (Producer each : producers) if (each.parked) return; // its targets are found when it has space
        Kind kind = PASSING.get(random.nextInt(PASSING.size()));
        VirtualHost host = life.broker.defaultVirtualHost();
        Optional<MessageQueue> there = host.queue(kind.name());
        if (there.isEmpty()) {
            declare(kind);
            return;
        }
        Queue queue = modelled(there.get());
        queue.ending = true;
        saw("queues deleted", 1);
        host.deleteQueue(life.loops.get(0), kind.name()).whenComplete((done, busy) -> {
            if (busy == null) queue.ended = true;
            else queue.ending = false;
        });
    }

    private void declare(Kind kind) {
        VirtualHost host = life.broker.defaultVirtualHost();
        boolean isNew = host.queue(kind.name()).isEmpty();
        var stage = host.declareQueue(life.loops.get(0), kind.settings);
        Optional<MessageQueue> declared = host.queue(kind.name());
        if (declared.isEmpty()) return; // the log has no space
        if (isNew) {
            MessageQueue made = declared.get();
            model.queues.add(new Queue(kind.name(), made.id(), kind.settings.durable(), kind.limits));
        }
        Queue queue = modelled(declared.get());
        stage.thenAccept(done -> queue.declared = true);
        if (kind.name().equals(SESSION)) host.topics().addBinding(ofSession(declared.get()));
        for (String key : kind.keys) host.bind(life.loops.get(0), VirtualHost.TOPICS, kind.name(), key);
    }

    private static Binding ofSession(MessageQueue queue) {
        return new Binding(SESSION, queue, TargetFlags.ofQos(2), null, Map.of(), Optional.empty());
    }

    private Queue modelled(MessageQueue queue) {
        for (Queue each : model.queues) if (each.id == queue.id()) return each;
        throw new AssertionError("queue " + queue.settings().name() + " came by itself");
    }

    // ---- publishing

    private final class Producer implements PublishListener {
        final int number;
        final Publisher publisher;
        final Map<Long, Sent> unanswered = new LinkedHashMap<>();
        boolean parked;

        Producer(int number) {
            this.number = number;
            publisher = life.publisher(number % LOOPS, this);
        }

        @Override
        public void onOutcome(long token, PublishOutcome outcome) {
            Sent answered = unanswered.remove(token);
            if (answered == null) throw new AssertionError(token + " is answered twice");
            if (outcome instanceof PublishOutcome.Stored) answered.stored = true;
            else if (outcome instanceof PublishOutcome.Refused) answered.refused = true;
            else throw new AssertionError(answered.text() + " is " + outcome);
            if (answered.refused) saw("refused", 1);
        }

        @Override
        public void onOutcomesEnd() {}

        @Override
        public void onUnblocked() {
            parked = false;
        }
    }

    private void publish() {
        Producer producer = producers.get(random.nextInt(PUBLISHERS));
        if (producer.parked) return;
        if (model.waiting() > MOST_WAITING) {
            for (int i = 0; i < 4; i++) settle();
            consume();
            return;
        }
        List<String> addresses = new ArrayList<>(List.of(SOME, ALL, ALL));
        VirtualHost host = life.broker.defaultVirtualHost();
        for (MessageQueue queue : host.queues()) addresses.add(queue.settings().name());
        String address = addresses.get(random.nextInt(addresses.size()));
        Optional<MessageQueue> direct = address.equals(SESSION) ? Optional.empty() : host.queue(address);
        List<Queue> targets = new ArrayList<>();
        for (MessageQueue queue : host.queues()) {
            boolean isTarget = direct.isPresent() ? queue == direct.get() : isBound(host, queue, address);
            if (isTarget) targets.add(modelled(queue));
        }
        Envelope envelope = envelope(address);
        Sent sent = new Sent(producer.number, nextNumber++, envelope, form(envelope));
        model.publishing(sent, targets);
        producer.unanswered.put(sent.number, sent);
        Admission admission = producer.publisher.publish(
                direct.isPresent() ? direct.get() : host.topics(), message(sent), sent.number, rider(sent));
        producer.parked |= admission == Admission.PARKED;
        if (producer.parked) saw("parked", 1);
    }

    private static boolean isBound(VirtualHost host, MessageQueue queue, String key) {
        if (key.equals(SESSION)) return queue.settings().name().equals(SESSION);
        return host.bindings(queue.settings().name()).stream()
                .anyMatch(bound -> bound.terms().key().equals(key));
    }

    private Envelope envelope(String address) {
        boolean isPlain = !address.equals("few") && !address.equals("full");
        int priority = isPlain && random.nextInt(10) == 0 ? random.nextInt(10) : Envelope.DEFAULT_PRIORITY;
        long expires = random.nextInt(6) == 0 ? nowMillis + random.nextInt(4000) : Envelope.NEVER;
        return new Envelope(address, random.nextInt(8) > 0, priority, expires, nowMillis);
    }

    /** With a row only where it is for one lasting queue. */
    private Form form(Envelope envelope) {
        if (random.nextInt(3) > 0) return Form.AT_ONCE;
        boolean isOfOne = envelope.durable() && List.of("a", "b", SESSION).contains(envelope.address());
        return isOfOne && random.nextInt(3) > 0 ? Form.WITH_ROW : Form.AFTER_FORCE;
    }

    private Message message(Sent sent) {
        int padding = random.nextInt(MOST_PADDING);
        byte[] body = (sent.text() + "|" + "x".repeat(padding)).getBytes(StandardCharsets.ISO_8859_1);
        return new Message(sent.envelope, SimulatedFormat.BYTES, Body.Inline.of(body));
    }

    private Rider rider(Sent sent) {
        if (sent.form == Form.AT_ONCE) return Rider.NONE;
        List<TableChange> row =
                sent.form == Form.WITH_ROW ? List.of(TableChange.put(rows(life), key(sent), key(sent))) : List.of();
        return new Rider(row, Rider.Release.AFTER_FORCE);
    }

    private static byte[] key(Sent sent) {
        return sent.text().getBytes(StandardCharsets.ISO_8859_1);
    }

    // ---- consuming

    /** A consumer: what it gets has not ended, nobody else has it, and it is durable where that was promised. */
    private final class Client extends Inbox {
        final MessageQueue queue;
        private final Map<Long, Copy> settling = new HashMap<>();
        private long granted = 1 + random.nextInt(12);

        Client(MessageQueue queue) {
            this.queue = queue;
        }

        void open() {
            SubscriptionSettings wanted = new SubscriptionSettings(
                    life.loops.get(random.nextInt(LOOPS)), SubscriptionSettings.Settlement.BY_CONSUMER, "client");
            open(queue, wanted, granted);
        }

        @Override
        public void onDelivery(Delivery delivery) {
            Copy copy = model.copy(queue.id(), delivery.message());
            if (copy.ended) throw new AssertionError(copy + " is delivered and has ended");
            if (copy.held) throw new AssertionError(copy + " is delivered and somebody has it");
            boolean awaitsForce = copy.isDurable() && copy.sent.form != Form.AT_ONCE;
            if (awaitsForce && life.engine.durableLsn() <= delivery.lsn()) {
                throw new AssertionError(copy + " is delivered before its force");
            }
            if (delivery.isSettled()) return;
            copy.held = true;
            super.onDelivery(delivery);
        }

        void settleOne() {
            int at = random.nextInt(3) == 0 ? random.nextInt(deliveries.size()) : 0;
            Copy copy = model.copy(queue.id(), deliveries.get(at).message());
            boolean isSlow =
                    copy.sent.number % 7 == 0; // some stay when all around them has gone, so that there is cleaning
            subscription().grantUpTo(++granted);
            if (isSlow && random.nextInt(16) > 0) return;
            settle(deliveries.remove(at), copy);
        }

        private void settle(Delivery delivery, Copy copy) {
            copy.held = false;
            if (random.nextInt(6) == 0) {
                subscription()
                        .settle(delivery, random.nextBoolean() ? Outcome.RELEASED : new Outcome.Modified(true, false));
                return;
            }
            copy.settling = true;
            Outcome outcome = random.nextInt(8) == 0 ? new Outcome.Rejected("no") : Outcome.ACCEPTED;
            if (copy.sent.form == Form.WITH_ROW && random.nextInt(4) > 0) {
                copy.settlingRow = true;
                settling.put(nextToken, copy);
                List<TableChange> row = List.of(TableChange.remove(rows(life), key(copy.sent)));
                subscription().settle(delivery, outcome, nextToken++, row);
            } else if (random.nextBoolean()) {
                settling.put(nextToken, copy);
                subscription().settle(delivery, outcome, nextToken++);
            } else {
                subscription().settle(delivery, outcome);
            }
        }

        @Override
        public void onSettled(long token) {
            Copy copy = settling.remove(token);
            if (copy == null) throw new AssertionError("a settlement is confirmed twice");
            copy.ended = true;
            saw("confirmed settlements", 1);
        }

        void leave() {
            for (Delivery delivery : deliveries) model.copy(queue.id(), delivery.message()).held = false;
            subscription().close();
            clients.remove(queue.id());
        }

        @Override
        public void onQueueDeleted() {
            clients.remove(queue.id());
        }
    }

    private void settle() {
        List<Client> busy = new ArrayList<>();
        for (Client client : clients.values()) if (!client.deliveries.isEmpty()) busy.add(client);
        if (busy.isEmpty()) return;
        busy.get(random.nextInt(busy.size())).settleOne();
    }

    /** Somebody begins to consume, or leaves with what he has. */
    private void consume() {
        List<MessageQueue> all =
                new ArrayList<>(life.broker.defaultVirtualHost().queues());
        MessageQueue queue = all.get(random.nextInt(all.size()));
        Client there = clients.get(queue.id());
        if (there != null && random.nextInt(3) == 0) {
            there.leave();
        } else if (there == null) {
            Client client = new Client(queue);
            clients.put(queue.id(), client);
            client.open();
        }
    }
}
