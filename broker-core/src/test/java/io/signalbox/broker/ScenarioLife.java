package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.Delivery;
import io.signalbox.broker.queue.DeliveryListener;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.Outcome;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.queue.QueueStatus;
import io.signalbox.broker.queue.Subscription;
import io.signalbox.broker.queue.SubscriptionSettings;
import io.signalbox.broker.queue.SubscriptionSettings.Settlement;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.WriteBatch;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** One random life of a broker with a few queues, and the model it is held against; everything comes from the seed. */
final class ScenarioLife {

    private static final int WINDOW_BYTES = 60;

    /** A log whose publishes and settlements find no space, and whose reads come back, when the scenario says so. */
    private static final class MoodyStore extends RelayStore {
        boolean full;
        boolean fullForAll;
        final List<Runnable> spaceWaiters = new ArrayList<>();
        final List<Runnable> reads = new ArrayList<>();

        @Override
        public long append(WriteBatch batch) {
            boolean refused = batch.isPublish() ? full || fullForAll : fullForAll && batch.settlements() > 0;
            return refused && failure().isEmpty() ? MessageStore.FULL : super.append(batch);
        }

        @Override
        public void whenSpace(Runnable waiter) {
            if ((full || fullForAll) && failure().isEmpty()) spaceWaiters.add(waiter);
            else waiter.run();
        }

        @Override
        public void read(
                long[] lsns, ReadSink sink, java.util.function.Consumer<io.signalbox.broker.store.StoreException> f) {
            reads.add(() -> super.read(lsns, sink, f));
        }

        void makeSpace() {
            full = false;
            fullForAll = false;
            run(spaceWaiters);
        }

        void answerReads() {
            run(reads);
        }

        private static void run(List<Runnable> waiting) {
            List<Runnable> now = List.copyOf(waiting);
            waiting.clear();
            now.forEach(Runnable::run);
        }
    }

    /** Where the model sees a message of one queue. */
    private enum Place {
        PUBLISHED,
        HELD,
        ENDED
    }

    /** What the model knows of one queue. */
    private static final class Model {
        final MessageQueue queue;
        final Map<String, Place> places = new HashMap<>();
        final Map<String, String> reservedFor = new HashMap<>();
        final List<Client> clients = new ArrayList<>();
        final List<ScenarioBrowser> browsers = new ArrayList<>();

        Model(MessageQueue queue) {
            this.queue = queue;
        }

        long alive() {
            return places.size() - count(Place.ENDED);
        }

        long count(Place wanted) {
            return places.values().stream().filter(place -> place == wanted).count();
        }
    }

    /** A consumer: checks what it gets and answers at random. */
    private final class Client implements DeliveryListener {
        final Model model;
        final Settlement settlement;
        final TestLoops.Queue tasks;
        final String name;
        final ScenarioWish wish;
        final List<Delivery> held = new ArrayList<>();
        final Map<String, Integer> lastFirstTime = new HashMap<>();
        final Set<String> refused = new HashSet<>();
        final Set<Long> answersDue = new HashSet<>();
        Subscription subscription;
        long received;
        long granted;
        long mostGranted;
        int drainsDue;
        boolean ended;
        boolean inOldOrder;

        Client(Model model, Settlement settlement, TestLoops.Queue tasks, String name, ScenarioWish wish) {
            this.name = name;
            this.wish = wish;
            this.model = model;
            this.settlement = settlement;
            this.tasks = tasks;
        }

        SubscriptionSettings settings() {
            return new SubscriptionSettings(
                    broker.loopOf(tasks), settlement, name, wish.filter(), SubscriptionSettings.Mode.CONSUME);
        }

        void grant(long limit) {
            granted = limit;
            mostGranted = Math.max(mostGranted, limit);
            subscription.grantUpTo(limit);
        }

        @Override
        public void onDelivery(Delivery delivery) {
            assertFalse(ended, "a delivery to one who has left");
            String text = TestMessages.text(delivery.message());
            received++;
            assertTrue(received <= mostGranted, "credit exceeded: " + received + " of " + mostGranted);
            if (model.queue.isDeleted()) return; // it was on its way
            Place before = model.places.get(text);
            assertEquals(Place.PUBLISHED, before, text + " delivered");
            String reservedFor = model.reservedFor.remove(text);
            assertTrue(reservedFor == null || reservedFor.equals(name), text + " was reserved for " + reservedFor);
            assertFalse(refused.contains(text), text + " came back to who called it undeliverable here");
            assertTrue(wish.wants(text), text + " went to who wants " + wish);
            String producer = text.substring(0, text.indexOf(' ')) + priorities.of(text);
            int number = Integer.parseInt(text.substring(text.indexOf(' ') + 1));
            if (!delivery.isRedelivered() || inOldOrder) {
                Integer last = lastFirstTime.put(producer, number);
                assertTrue(last == null || last < number, text + " came after " + last);
            }
            if (settlement == Settlement.ON_DISPATCH) {
                model.places.put(text, Place.ENDED);
            } else {
                model.places.put(text, Place.HELD);
                held.add(delivery);
            }
        }

        void settleOne() {
            if (held.isEmpty()) return;
            Delivery delivery = held.remove(random.nextInt(held.size()));
            String text = TestMessages.text(delivery.message());
            Outcome outcome = randomOutcome();
            boolean ends = outcome instanceof Outcome.Accepted || outcome instanceof Outcome.Rejected;
            model.places.put(text, ends ? Place.ENDED : Place.PUBLISHED);
            if (outcome instanceof Outcome.Modified modified && modified.undeliverableHere()) refused.add(text);
            if (random.nextBoolean()) {
                subscription.settle(delivery, outcome);
            } else {
                long token = ++nextToken;
                answersDue.add(token);
                if (ends && delivery.lsn() != 0 && holding) heldBack.add(token);
                subscription.settle(delivery, outcome, token);
            }
        }

        void leave() {
            ended = true;
            held.forEach(delivery -> model.places.put(TestMessages.text(delivery.message()), Place.PUBLISHED));
            held.clear();
            model.clients.remove(this);
        }

        @Override
        public void onDrained() {
            drainsDue--;
            assertTrue(drainsDue >= 0, "a drain answered that was not asked for");
        }

        @Override
        public void onSettled(long token) {
            assertTrue(answersDue.remove(token), "token " + token);
            assertFalse(heldBack.contains(token), "a settlement confirmed before its force");
        }

        @Override
        public void onQueueDeleted() {
            assertTrue(model.queue.isDeleted());
            ended = true;
        }
    }

    /** A producer: numbers its messages and checks its answers. */
    private final class Producer implements PublishListener {
        final String name;
        final Publisher publisher;
        final Map<Long, String> unanswered = new HashMap<>();
        int next;
        long lastAnswer;

        Producer(String name, TestLoops.Queue tasks) {
            this.name = name;
            this.publisher = host.openPublisher(broker.loopOf(tasks), this, this);
        }

        void publish() {
            String text = name + " " + next++;
            long token = ++nextToken;
            boolean durable = random.nextInt(4) > 0;
            String address = random.nextBoolean() ? "all" : "q" + random.nextInt(models.size());
            Message plain = durable ? TestMessages.durable(address, text) : TestMessages.transientOne(address, text);
            Message message = TestMessages.withPriority(plain, priorities.of(text));
            boolean waits = false;
            for (Model model : models) {
                String name = model.queue.settings().name();
                if (!address.equals("all") && !address.equals(name)) continue;
                if (model.queue.isDeleted()) continue;
                model.places.put(text, Place.PUBLISHED);
                waits |= durable && model.queue.settings().durable();
            }
            unanswered.put(token, text);
            if (waits && holding) heldBack.add(token);
            publisher.publish(host.topics(), message, token);
        }

        @Override
        public void onOutcome(long token, PublishOutcome outcome) {
            String text = unanswered.remove(token);
            assertNotNull(text, "answered twice: " + token);
            assertTrue(token > lastAnswer, "answers out of order");
            lastAnswer = token;
            if (outcome instanceof PublishOutcome.Stored) {
                // Parked, it may have lost the target that its answer would have waited for.
                if (models.stream().noneMatch(model -> model.queue.isDeleted()))
                    assertFalse(heldBack.contains(token), text + " confirmed before its force");
            } else if (outcome instanceof PublishOutcome.Unroutable) {
                for (Model model : models) {
                    assertTrue(!model.places.containsKey(text) || model.queue.isDeleted(), text + " unroutable");
                }
            } else {
                assertTrue(store.failure().isPresent(), outcome.toString());
            }
        }

        @Override
        public void onOutcomesEnd() {}

        @Override
        public void onUnblocked() {}
    }

    private final SplittableRandom random;
    private final MoodyStore store = new MoodyStore();
    private final TestLoops loops = new TestLoops();
    private final List<Model> models = new ArrayList<>();
    private final List<Producer> producers = new ArrayList<>();
    private final List<Runnable> successions = new ArrayList<>();
    private final Set<Long> heldBack = new HashSet<>();
    private final Broker broker;
    private final VirtualHost host;
    private final boolean refusing;
    private final ScenarioPriorities priorities;
    private long nextToken;
    private int nextClient;
    private boolean holding;

    ScenarioLife(long seed) throws Exception {
        random = new SplittableRandom(seed);
        refusing = random.nextBoolean();
        priorities = random.nextInt(3) == 0 ? ScenarioPriorities.VARIED : ScenarioPriorities.ALL_ALIKE;
        for (int i = 0; i < 3; i++) loops.add();
        broker = Broker.open(new BrokerSettings(store, loops.all(), InstantSource.system(), (done, total) -> {}));
        host = broker.defaultVirtualHost();
        for (int i = 0; i < 3; i++) declare("q" + i, random.nextInt(3) > 0);
        for (int i = 0; i < 2; i++)
            producers.add(new Producer("p" + i, loops.all().get(i)));
    }

    private void declare(String name, boolean durable) {
        Loop loop = broker.loopOf(loops.all().get(0));
        var queue = host.declareQueue(
                loop, new QueueSettings(name, durable, QueueSettings.Purpose.SHARED, WINDOW_BYTES, "test"));
        loops.runAll();
        models.add(new Model(queue.toCompletableFuture().join()));
        for (String key : List.of("all", name)) host.bind(loop, VirtualHost.TOPICS, name, key);
        loops.runAll();
    }

    void step() {
        Model model = models.get(random.nextInt(models.size()));
        switch (random.nextInt(22)) {
            case 0, 1, 2, 3 -> producers.get(random.nextInt(producers.size())).publish();
            case 4 -> {
                if (random.nextInt(4) > 0) open(model);
                else browse(model);
            }
            case 5, 6, 7 -> withClient(model, client -> client.grant(client.received + random.nextInt(6)));
            case 8, 9, 10 -> withClient(model, Client::settleOne);
            case 11 -> withClient(model, this::close);
            case 12 -> withClient(model, this::leaveReserving);
            case 13 -> withClient(model, this::drain);
            case 14 -> weather();
            case 15 -> {
                store.answerReads();
                if (random.nextBoolean()) succeedAll();
            }
            case 16 -> loops.all().get(random.nextInt(3)).runAll();
            case 17 -> {
                if (random.nextInt(40) == 0) delete(model);
            }
            default -> loops.all().get(random.nextInt(3)).runOne();
        }
    }

    private interface Act {
        void with(Client client);
    }

    private void withClient(Model model, Act act) {
        List<Client> open = model.clients.stream().filter(c -> !c.ended).toList();
        if (!open.isEmpty() && !model.queue.isDeleted()) act.with(open.get(random.nextInt(open.size())));
    }

    private void open(Model model) {
        if (model.queue.isDeleted() || model.clients.size() > 3) return;
        Settlement settlement = random.nextInt(4) > 0 ? Settlement.BY_CONSUMER : Settlement.ON_DISPATCH;
        TestLoops.Queue tasks = loops.all().get(random.nextInt(3));
        Client client = new Client(model, settlement, tasks, "c" + nextClient++, ScenarioWish.random(random));
        model.clients.add(client);
        client.subscription = model.queue.subscribe(client.settings(), client);
    }

    /** Opens a browser, has one go on, or closes one. */
    private void browse(Model model) {
        if (model.queue.isDeleted()) return;
        if (model.browsers.size() < 2) {
            Loop loop = broker.loopOf(loops.all().get(random.nextInt(3)));
            Settlement settlement = random.nextBoolean() ? Settlement.BY_CONSUMER : Settlement.ON_DISPATCH;
            model.browsers.add(
                    new ScenarioBrowser(model.queue, loop, settlement, ScenarioWish.random(random), priorities));
        }
        ScenarioBrowser browser = model.browsers.get(random.nextInt(model.browsers.size()));
        if (random.nextInt(4) > 0) browser.grant(random.nextInt(20));
        else if (model.browsers.remove(browser)) browser.subscription.close();
    }

    /** What was settled on dispatch and is still on its way is gone with the client that went: at most once. */
    private void close(Client client) {
        arrive(client);
        if (client.ended) return;
        client.subscription.close();
        client.leave();
    }

    /** What was reserved for it and is on its way is released like the rest, and the model does not see when. */
    private void arrive(Client client) {
        boolean mayBeReserved = client.model.reservedFor.containsValue(client.name);
        if (mayBeReserved || client.settlement == Settlement.ON_DISPATCH) client.tasks.runAll();
    }

    /** Leaves and has some of what it holds reserved: for a successor, or until nobody will come. */
    private void leaveReserving(Client client) {
        arrive(client);
        if (client.ended || client.settlement == Settlement.ON_DISPATCH) return;
        List<Delivery> reserved = new ArrayList<>();
        for (Delivery delivery : client.held) {
            if (random.nextBoolean()) reserved.add(delivery);
        }
        for (Delivery delivery : reserved) {
            client.model.reservedFor.put(TestMessages.text(delivery.message()), client.name);
        }
        client.subscription.close(reserved);
        client.leave();
        boolean returns = random.nextBoolean();
        successions.add(() -> {
            if (returns) succeed(client);
            else endReserved(client.model, client.name);
        });
    }

    private void endReserved(Model model, String name) {
        if (model.queue.isDeleted()) return;
        model.queue.endReserved(name);
        model.reservedFor.forEach((text, who) -> {
            if (who.equals(name)) model.places.put(text, Place.ENDED);
        });
        model.reservedFor.values().removeIf(name::equals);
    }

    /** The successor comes on another loop, after a while. */
    private void succeed(Client client) {
        if (client.model.queue.isDeleted()) return;
        TestLoops.Queue tasks = loops.all().get(random.nextInt(3));
        Client successor = new Client(client.model, client.settlement, tasks, client.name, client.wish);
        client.model.clients.add(successor);
        successor.subscription = client.model.queue.subscribe(successor.settings(), successor);
    }

    private void succeedAll() {
        MoodyStore.run(successions);
    }

    private void drain(Client client) {
        if (client.drainsDue > 0) return;
        client.drainsDue++;
        client.subscription.drain();
    }

    private void weather() {
        switch (random.nextInt(8)) {
            case 0 -> {
                if (!holding) store.memory.hold();
                holding = true;
            }
            case 1, 2 -> release();
            case 3 -> store.full = true;
            case 4 -> store.fullForAll = true;
            default -> store.makeSpace();
        }
    }

    private void release() {
        holding = false;
        heldBack.clear();
        store.memory.release();
    }

    private void delete(Model model) {
        host.deleteQueue(
                broker.loopOf(loops.all().get(0)), model.queue.settings().name());
        model.places.clear();
    }

    /** The sky clears, or the log fails; then everything must add up. */
    void end() {
        if (random.nextInt(5) == 0) {
            store.memory.fail("The disk is gone.");
            store.makeSpace();
            settleDown();
            for (Producer producer : producers) assertEquals(0, producer.publisher.unanswered());
            return;
        }
        succeedAll();
        release();
        store.makeSpace();
        settleDown();
        for (Producer producer : producers) assertEquals(Map.of(), producer.unanswered);
        for (Model model : models) {
            if (!model.queue.isDeleted()) consumeTheRest(model);
        }
        assertEquals(0, store.memory.storedMessages(), "messages that nobody will ever settle");
    }

    private void settleDown() {
        boolean busy = true;
        while (busy) {
            loops.runAll();
            busy = !store.reads.isEmpty();
            store.answerReads();
        }
    }

    private void consumeTheRest(Model model) {
        checkCounters(model);
        model.clients.forEach(this::checkNothingIsKeptFrom);
        for (Client client : List.copyOf(model.clients)) {
            assertEquals(Set.of(), client.answersDue, "settlements without an answer");
            close(client);
        }
        for (String name : Set.copyOf(model.reservedFor.values())) endReserved(model, name);
        browseTheRest(model);
        Client last = new Client(model, Settlement.BY_CONSUMER, loops.all().get(0), "last", ScenarioWish.EVERYTHING);
        last.subscription = model.queue.subscribe(last.settings(), last);
        last.inOldOrder = !refusing; // what came back is in its old place
        last.grant(Integer.MAX_VALUE);
        drain(last);
        settleDown();
        assertEquals(0, last.drainsDue);
        model.places.forEach((text, place) -> assertTrue(place != Place.PUBLISHED, text + " was lost"));
        for (Delivery delivery : List.copyOf(last.held)) {
            model.places.put(TestMessages.text(delivery.message()), Place.ENDED);
            last.subscription.settle(delivery, Outcome.ACCEPTED);
        }
        settleDown();
        checkCounters(model);
        assertEquals(0, model.queue.status().residentBytes());
    }

    /** One who browses to the end has seen all that nobody holds. */
    private void browseTheRest(Model model) {
        for (ScenarioBrowser browser : model.browsers) browser.subscription.close();
        ScenarioWish wish = ScenarioWish.random(random);
        Loop loop = broker.loopOf(loops.all().get(1));
        ScenarioBrowser browser = new ScenarioBrowser(model.queue, loop, Settlement.BY_CONSUMER, wish, priorities);
        browser.grant(Integer.MAX_VALUE);
        browser.subscription.drain();
        settleDown();
        assertTrue(browser.drained, "a browser's drain without an answer");
        Set<String> expected = new HashSet<>();
        model.places.forEach((text, place) -> {
            if (place == Place.PUBLISHED && wish.wants(text)) expected.add(text);
        });
        assertEquals(expected, browser.seen);
        browser.subscription.close();
        settleDown();
    }

    /** No wake-up was lost: who has credit has all that there is for it. */
    private void checkNothingIsKeptFrom(Client client) {
        if (client.granted <= client.received) return;
        client.model.places.forEach((text, place) -> assertTrue(
                place != Place.PUBLISHED
                        || !client.wish.wants(text)
                        || client.refused.contains(text)
                        || client.model.reservedFor.containsKey(text),
                text + " is kept from who has credit"));
    }

    private void checkCounters(Model model) {
        QueueStatus status = model.queue.status();
        assertEquals(model.count(Place.HELD), status.unsettled(), "unsettled");
        assertEquals(model.alive(), status.ready() + status.unsettled(), "alive");
        assertEquals(model.places.size(), status.enqueued(), "enqueued");
        assertEquals(model.places.size() - model.alive(), status.settled(), "settled");
        assertEquals(0, status.staleSettlements());
        assertTrue(status.residentBytes() <= 10 * WINDOW_BYTES, "resident " + status.residentBytes());
    }

    private Outcome randomOutcome() {
        return switch (random.nextInt(8)) {
            case 0 -> Outcome.RELEASED;
            case 1 -> new Outcome.Modified(true, false);
            case 2, 4, 5 -> refusing ? new Outcome.Modified(false, true) : Outcome.ACCEPTED;
            case 3 -> new Outcome.Rejected("no");
            default -> Outcome.ACCEPTED;
        };
    }
}
