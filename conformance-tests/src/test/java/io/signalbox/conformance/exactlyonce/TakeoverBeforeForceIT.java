package io.signalbox.conformance.exactlyonce;

import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.strace.Strace;
import io.signalbox.testkit.Clause;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The same with a real process: strace holds its forces at their entry, a second connection takes the session over, and then
 * strace lets go, or the process is killed. {@code -Dsignalbox.kills=40} has each stand in the held force once.
 */
@Clause({"MQTT-3.1.4-3", "MQTT-4.4.0-1"})
final class TakeoverBeforeForceIT {

    private final int kills = Math.max(1, Integer.getInteger("signalbox.kills", 3) * Stand.values().length / 40);

    /** One process of its own. */
    private static final class UnderStrace implements HeldBroker {
        private final BrokerProcess process;
        private @Nullable Strace strace;

        UnderStrace(BrokerProcess process) {
            this.process = process;
        }

        @Override
        public InetSocketAddress mqtt() {
            return process.mqtt();
        }

        @Override
        public void hold() {
            strace = Strace.holdForces(process.pid());
        }

        @Override
        public void release() {
            Strace attached = strace;
            strace = null;
            if (attached != null) attached.close();
        }

        /** SIGKILL. strace, which does not look before its delay is over, goes too, or the process would not be gone. */
        void kill() {
            ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly);
            release();
        }

        UnderStrace restart() {
            process.kill(); // it waits for the end
            return new UnderStrace(process.restart());
        }

        @Override
        public void close() {
            kill();
            process.close();
        }
    }

    @Test
    void everyMessageIsDeliveredExactlyOnceWhateverEndsTheHold() throws Exception {
        Assumptions.assumeTrue(
                Strace.works("-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:delay_enter=1"),
                "skipped: strace is not installed or may not trace here");
        BrokerOptions options = BrokerOptions.fresh();
        UnderStrace broker = new UnderStrace(BrokerProcess.start(options));
        try {
            for (int round = 0; round < kills; round++) {
                Takeovers takeovers = Takeovers.underHold(broker, round);
                broker.kill();
                takeovers.lose();
                broker = broker.restart();
                takeovers.goOnWith(broker.mqtt());
            }
            Takeovers takeovers = Takeovers.underHold(broker, kills);
            broker.release();
            takeovers.goOn(broker.mqtt());
        } finally {
            broker.close();
        }
        BrokerProcess.deleteData(options.dataDirectory());
    }
}
