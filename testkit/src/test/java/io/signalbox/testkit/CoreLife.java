package io.signalbox.testkit;

import io.signalbox.broker.Broker;
import io.signalbox.broker.BrokerSettings;
import io.signalbox.broker.Loop;
import io.signalbox.broker.PublishListener;
import io.signalbox.broker.Publisher;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.queue.MemoryBudget;
import io.signalbox.broker.queue.MessageQueue;
import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.StoreException;
import io.signalbox.persistence.LogEngine;
import io.signalbox.persistence.StoreSettings;
import io.signalbox.testkit.SimulatedStore.Variation;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * One process with a whole core over a log engine on a simulated disk. Its event loops and the store's threads do something when the
 * test says so, on the test's thread.
 */
final class CoreLife {
    private static final long STEP_NANOS = 60_000_000;
    private static final int HOUSEKEEPING_STEPS = 20;

    final SimulatedDisk disk;
    final LogEngine engine;
    final Broker broker;
    final List<Loop> loops = new ArrayList<>();
    private final List<Deque<Runnable>> tasks = new ArrayList<>();
    private long nanos;

    /**
     * How a process is made.
     *
     * @param memory makes what its queues may hold of the heap
     * @param loops how many
     * @param relay puts something between core and engine
     */
    record Setup(
            StoreSettings settings,
            Supplier<MemoryBudget> memory,
            InstantSource clock,
            int loops,
            Variation variation,
            UnaryOperator<MessageStore> relay) {

        /** With one loop and the time that it is. */
        static Setup of(StoreSettings settings, Supplier<MemoryBudget> memory) {
            return new Setup(settings, memory, InstantSource.system(), 1, Variation.NONE, UnaryOperator.identity());
        }
    }

    CoreLife(SimulatedDisk disk, Setup setup) throws StoreException {
        this.disk = disk;
        engine = new SimulatedStore(disk, setup.variation, () -> nanos, setup.settings).engine();
        List<Executor> executors = new ArrayList<>();
        for (int i = 0; i < setup.loops; i++) {
            Deque<Runnable> ofLoop = new ArrayDeque<>();
            tasks.add(ofLoop);
            executors.add(ofLoop::add);
        }
        MessageStore store = setup.relay.apply(engine);
        broker = Broker.open(
                new BrokerSettings(store, executors, setup.clock, (done, total) -> {}).within(setup.memory.get()));
        for (Executor executor : executors) loops.add(broker.loopOf(executor));
    }

    /** Runs what the loops have to do, and what that brings. */
    void runTasks() {
        boolean busy = true;
        while (busy) {
            busy = false;
            for (int i = 0; i < tasks.size(); i++) while (runTask(i)) busy = true;
        }
    }

    /** Runs one task of a loop; false if it has none. */
    boolean runTask(int loop) {
        Runnable task = tasks.get(loop).poll();
        if (task != null) task.run();
        return task != null;
    }

    void passTime(long more) {
        nanos += more;
    }

    /** The log thread and the loops, while the housekeeper does not get its turn. */
    void turnWithoutHousekeeper() {
        runTasks();
        passTime(STEP_NANOS);
        engine.logStep();
        engine.logStep();
        runTasks();
    }

    void turn() {
        turnWithoutHousekeeper();
        for (int i = 0; i < HOUSEKEEPING_STEPS; i++) {
            engine.housekeepingStep();
            read();
        }
    }

    /** What was to be read is read, and so is what that brings. */
    void read() {
        boolean busy = true;
        while (busy) {
            runTasks();
            busy = engine.readStep() == 0 || tasks.stream().anyMatch(ofLoop -> !ofLoop.isEmpty());
        }
    }

    /** A queue that is there when this returns. */
    MessageQueue declare(QueueSettings settings) {
        var stage = broker.defaultVirtualHost().declareQueue(loops.get(0), settings);
        turn();
        return stage.toCompletableFuture().join();
    }

    MessageQueue queue(String name) {
        return broker.defaultVirtualHost().queue(name).orElseThrow();
    }

    Publisher publisher(int loop, PublishListener listener) {
        return broker.defaultVirtualHost().openPublisher(loops.get(loop), this, listener);
    }

    /** A durable message for a queue. */
    static Message message(String queue, byte[] body) {
        return new Message(Envelope.of(queue, true, 1), SimulatedFormat.BYTES, Body.Inline.of(body));
    }
}
