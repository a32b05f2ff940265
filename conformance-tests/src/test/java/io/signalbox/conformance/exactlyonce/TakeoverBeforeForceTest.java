package io.signalbox.conformance.exactlyonce;

import io.signalbox.conformance.process.BrokerOptions;
import io.signalbox.conformance.process.BrokerProcess;
import io.signalbox.conformance.process.EmbeddedBroker;
import io.signalbox.testkit.Clause;
import io.signalbox.testkit.SimulatedDisk;
import java.net.InetSocketAddress;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * QoS 2 when a second connection takes the session over before the force of what the first one said, in every {@link Stand}
 * at once: the whole broker on a disk that holds its forces. Then the force ends, the process is killed, or the power goes.
 */
@Clause({"MQTT-3.1.4-3", "MQTT-4.4.0-1"})
final class TakeoverBeforeForceTest {

    private final long seed = Long.getLong("signalbox.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private OnHeldDisk broker = new OnHeldDisk(new SimulatedDisk());

    /** The broker in this process, and its disk. */
    private static final class OnHeldDisk implements HeldBroker {
        private final SimulatedDisk disk;
        private final BrokerOptions options = BrokerOptions.fresh();
        private final EmbeddedBroker broker;

        OnHeldDisk(SimulatedDisk disk) {
            this.disk = disk;
            this.broker = EmbeddedBroker.startOn(disk, options);
        }

        @Override
        public InetSocketAddress mqtt() {
            return broker.mqtt();
        }

        @Override
        public void hold() {
            disk.holdForces();
        }

        @Override
        public void release() {
            disk.releaseForces();
        }

        @Override
        public void close() {
            release();
            broker.close();
            BrokerProcess.deleteData(options.dataDirectory());
        }
    }

    @Test
    void theForceEndsAndTheSecondConnectionGoesOn() throws Exception {
        try {
            Takeovers takeovers = Takeovers.underHold(broker, 0);
            broker.release();
            takeovers.goOn(broker.mqtt());
        } finally {
            broker.close();
        }
    }

    /** What was written is there for the next process. */
    @Test
    void theProcessIsKilledWhileTheForceIsHeld() throws Exception {
        dieInEveryRound(SimulatedDisk::kill);
    }

    /** Of what was not forced each sector is there, lost or torn. */
    @Test
    void thePowerGoesWhileTheForceIsHeld() throws Exception {
        System.out.println("takeover before the force: -Dsignalbox.seed=" + seed);
        dieInEveryRound(disk -> disk.crash(random));
    }

    private void dieInEveryRound(UnaryOperator<SimulatedDisk> death) throws Exception {
        try {
            for (int round = 0; round < Stand.values().length; round++) {
                Takeovers takeovers = Takeovers.underHold(broker, round);
                SimulatedDisk left = death.apply(broker.disk);
                takeovers.lose();
                broker.close(); // what it does from here on is not on that disk
                broker = new OnHeldDisk(left);
                takeovers.goOnWith(broker.mqtt());
            }
        } finally {
            broker.close();
        }
    }
}
