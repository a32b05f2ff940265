package io.signalbox.persistence;

/** The threads of a log engine, as it sees them. Thread-safe but for {@link #start} and {@link #stop}. */
public interface LogThreads {

    /** No threads: whoever owns the engine calls its steps. For simulation. */
    LogThreads NONE = new LogThreads() {
        @Override
        public void start(LogEngine engine) {}

        @Override
        public void wakeLog() {}

        @Override
        public void wakeReader() {}

        @Override
        public void wakeHousekeeper() {}

        @Override
        public void stop() {}
    };

    /** Begins to call the engine's steps. */
    void start(LogEngine engine);

    void wakeLog();

    void wakeReader();

    void wakeHousekeeper();

    /** Returns when no step runs any more, and none will. */
    void stop();
}
