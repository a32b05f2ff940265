package io.signalbox.persistence;

import io.signalbox.broker.store.StoreException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The three threads of a store: log, reader, housekeeper. {@link #start} and {@link #stop} belong to the opener. */
final class StoreThreads implements LogThreads {
    private static final Logger LOGGER = LoggerFactory.getLogger(StoreThreads.class);

    /** While forces follow each other the next batch is usually there before a thread could be woken for it. */
    private static final long LOG_SPIN_NANOS = 20_000;

    private volatile List<Worker> workers = List.of();

    @Override
    public void start(LogEngine engine) {
        Worker log = new Worker("signalbox-log", LOG_SPIN_NANOS, engine::logStep, e -> {
            died(engine, e);
            engine.logStep(); // the last: who waits for a force hears that there is none
        });
        Worker reader = new Worker("signalbox-reader", 0, engine::readStep, e -> died(engine, e));
        Worker housekeeper = new Worker("signalbox-housekeeper", 0, engine::housekeepingStep, e -> died(engine, e));
        workers = List.of(log, reader, housekeeper);
        workers.forEach(Worker::start);
    }

    private static void died(LogEngine engine, Throwable cause) {
        LOGGER.error("A thread of the store died", cause);
        engine.fail(new StoreException("A thread of the store died (" + cause + "). Restart, and report this.", cause));
    }

    @Override
    public void wakeLog() {
        wake(0);
    }

    @Override
    public void wakeReader() {
        wake(1);
    }

    @Override
    public void wakeHousekeeper() {
        wake(2);
    }

    private void wake(int index) {
        List<Worker> running = workers;
        if (!running.isEmpty()) running.get(index).wake();
    }

    @Override
    public void stop() {
        workers.forEach(Worker::stop);
    }
}
