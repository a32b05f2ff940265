package io.signalbox.benchmarks.mqtt;

import io.netty.buffer.ByteBuf;
import io.signalbox.benchmarks.load.Latencies;
import io.signalbox.benchmarks.load.Load;
import io.signalbox.benchmarks.load.Trouble;
import io.signalbox.benchmarks.mqtt.MqttWriter.Session;
import io.signalbox.benchmarks.wire.BrokerUrl;
import io.signalbox.benchmarks.wire.Generator;
import io.signalbox.benchmarks.wire.LocalAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Connects, is accepted, leaves, and begins anew, 16 at a time. Confined to the event loop.
 */
public final class ConnectStorm implements Load {

    private static final int AT_A_TIME = 16;

    private final Generator generator;
    private final BrokerUrl url;
    private final MqttVersion version;
    private final String name;
    private final Trouble trouble;
    private final InetSocketAddress address;
    private final Latencies latencies = new Latencies();
    private final Latencies lateness = new Latencies();
    private boolean running;
    private long begun;
    private long accepted;

    public ConnectStorm(Generator generator, BrokerUrl url, MqttVersion version, String name, Trouble trouble) {
        this.generator = generator;
        this.url = url;
        this.version = version;
        this.name = name;
        this.trouble = trouble;
        this.address = url.address();
    }

    @Override
    public void start() {
        running = true;
        for (int i = 0; i < AT_A_TIME; i++) next();
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public long count() {
        return accepted;
    }

    @Override
    public boolean isComplete() {
        return accepted == begun;
    }

    @Override
    public Optional<String> fault() {
        if (accepted == 0) return Optional.of("no connection was accepted");
        return isComplete() ? Optional.empty() : Optional.of(begun - accepted + " connections were never accepted");
    }

    @Override
    public Optional<String> oddity() {
        return Optional.empty();
    }

    @Override
    public void beginTiming() {
        latencies.begin();
    }

    @Override
    public void endTiming() {
        latencies.end();
    }

    /** From the call to connect until CONNACK. */
    @Override
    public Latencies latencies() {
        return latencies;
    }

    @Override
    public Latencies lateness() {
        return lateness;
    }

    private void next() {
        if (!running) return;
        long number = begun++;
        Caller caller = new Caller(new MqttClient(url, version, name + "-" + number), System.nanoTime());
        var bootstrap = generator.bootstrap(caller);
        bootstrap.connect(address, LocalAddress.of(address, number)).addListener(done -> {
            if (!done.isSuccess())
                trouble.report("A connection failed: " + done.cause().getMessage());
        });
    }

    /** One connection. */
    private final class Caller extends MqttPeer {
        private final long calledNanos;

        Caller(MqttClient client, long calledNanos) {
            super(client, Session.CLEAN, trouble);
            this.calledNanos = calledNanos;
        }

        @Override
        void onAccepted() {
            latencies.record(System.nanoTime() - calledNanos);
            accepted++;
            leave();
            next();
        }

        @Override
        void onPacket(int firstByte, ByteBuf in, int end) {
            fail("packet 0x" + Integer.toHexString(firstByte) + " follows CONNACK");
        }

        @Override
        protected void onEndOfRead() {}
    }
}
