package io.signalbox.broker.concurrent;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Control;

/**
 * What an element costs from its offer to its poll: on one thread, and between threads, where each producer has at most 256
 * under way and the figure is the mean of what producers and consumer take for one.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MailboxBenchmark {

    private static final int UNDER_WAY = 256;
    private static final int SPINS = 100;

    /** Something that is offered again when it has been polled. */
    private static final class Element extends MpscQueue.Node {
        volatile boolean underWay;
    }

    @State(Scope.Group)
    public static class Mailbox {
        final MpscQueue<Element> queue = new MpscQueue<>();
    }

    @State(Scope.Thread)
    public static class Producer {
        final Element[] elements = new Element[UNDER_WAY];
        int next;

        public Producer() {
            for (int i = 0; i < UNDER_WAY; i++) elements[i] = new Element();
        }
    }

    @State(Scope.Thread)
    public static class Alone {
        final MpscQueue<Element> queue = new MpscQueue<>();
        final Element element = new Element();
    }

    @Benchmark
    public Object offerAndPoll(Alone alone) {
        alone.queue.offer(alone.element);
        Object polled = alone.queue.poll();
        if (polled != alone.element) throw new IllegalStateException("not what was offered: " + polled);
        return polled;
    }

    @Benchmark
    @Group("oneProducer")
    @GroupThreads(1)
    public void offerAsOnly(Mailbox mailbox, Producer producer, Control control) {
        offer(mailbox, producer, control);
    }

    @Benchmark
    @Group("oneProducer")
    @GroupThreads(1)
    public void pollFromOne(Mailbox mailbox, Control control) {
        poll(mailbox, control);
    }

    @Benchmark
    @Group("twoProducers")
    @GroupThreads(2)
    public void offerAsOneOfTwo(Mailbox mailbox, Producer producer, Control control) {
        offer(mailbox, producer, control);
    }

    @Benchmark
    @Group("twoProducers")
    @GroupThreads(1)
    public void pollFromTwo(Mailbox mailbox, Control control) {
        poll(mailbox, control);
    }

    private static void offer(Mailbox mailbox, Producer producer, Control control) {
        Element element = producer.elements[producer.next];
        for (int spins = 0; element.underWay; spins++) {
            if (control.stopMeasurement) return;
            pause(spins);
        }
        producer.next = (producer.next + 1) % UNDER_WAY;
        element.underWay = true;
        mailbox.queue.offer(element);
    }

    private static void poll(Mailbox mailbox, Control control) {
        Element element = mailbox.queue.poll();
        for (int spins = 0; element == null; spins++) {
            if (control.stopMeasurement) return;
            pause(spins);
            element = mailbox.queue.poll();
        }
        if (!element.underWay) throw new IllegalStateException("polled twice");
        element.underWay = false;
    }

    /** Three threads may have two cores. */
    private static void pause(int spins) {
        if (spins % SPINS == SPINS - 1) Thread.yield();
        else Thread.onSpinWait();
    }
}
