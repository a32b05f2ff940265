package io.signalbox.persistence;

import io.signalbox.broker.concurrent.BusyWait;
import io.signalbox.broker.concurrent.BusyWaits;
import io.signalbox.broker.store.StoreException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The three threads of a store: log, reader, housekeeper. {@link #start} and {@link #stop} belong to the opener. */
final class StoreThreads implements LogThreads {
    private static final Logger LOGGER = LoggerFactory.getLogger(StoreThreads.class);

    /** Whoever publishes one message after the other has the next one there by then. */
    private static final long LOG_BUSY_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final BusyWaits busyWaits;

    private volatile List<Worker> workers = List.of();

    /** @param busyWaits whether the log thread looks for what is appended before it sleeps */
    StoreThreads(BusyWaits busyWaits) {
        this.busyWaits = busyWaits;
    }

    @Override
    public void start(LogEngine engine) {
        Worker log =
                new Worker("signalbox-log", busyWaits.upTo(LOG_BUSY_NANOS, System::nanoTime), engine::logStep, e -> {
                    died(engine, e);
                    engine.logStep(); // the last: who waits for a force hears that there is none
                });
        Worker reader = new Worker("signalbox-reader", never(), engine::readStep, e -> died(engine, e));
        Worker housekeeper =
                new Worker("signalbox-housekeeper", never(), engine::housekeepingStep, e -> died(engine, e));
        workers = List.of(log, reader, housekeeper);
        workers.forEach(Worker::start);
    }

    private static BusyWait never() {
        return BusyWaits.NONE.upTo(0, System::nanoTime);
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
