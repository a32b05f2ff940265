package io.signalbox.conformance.process;

import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.opentest4j.TestAbortedException;

/**
 * Gives a test class that asks for a {@link BrokerUnderTest} one that no other class has meanwhile: classes that run after
 * each other get the same, those that run side by side one each, started for the first and ended after the last; with
 * {@link Fresh} a test gets one of its own. Between tests that share it, its queues are removed, which takes a
 * millisecond each; topics and client identifiers keep apart by names of their own. A failed test is followed by what the
 * broker printed last.
 */
public final class SharedBroker implements ParameterResolver, AfterTestExecutionCallback, AfterEachCallback {

    private static final Namespace NAMESPACE = Namespace.create(SharedBroker.class);
    private static final int LINES_AFTER_A_FAILURE = 40;

    private record Running(BrokerUnderTest broker, Path dataDirectory) implements AutoCloseable {

        static Running start() {
            BrokerOptions options = BrokerOptions.fresh();
            return new Running(BrokerKind.chosen().start(options), options.dataDirectory());
        }

        @Override
        public void close() {
            try {
                broker.stopCleanly();
            } finally {
                broker.close();
                BrokerProcess.deleteData(dataDirectory);
            }
        }
    }

    /** Those that no class has, for the whole run. Thread-safe. */
    private static final class Idle implements AutoCloseable {

        private final Deque<Running> brokers = new ConcurrentLinkedDeque<>();

        Running take() {
            Running idle = brokers.pollLast();
            return idle == null ? Running.start() : idle;
        }

        @Override
        public void close() {
            brokers.forEach(Running::close);
        }
    }

    /** What a class has until it ends. */
    private record Lent(Running running, Idle from) implements AutoCloseable {

        @Override
        public void close() {
            from.brokers.addLast(running);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == BrokerUnderTest.class;
    }

    @Override
    public BrokerUnderTest resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (!parameter.isAnnotated(Fresh.class)) return shared(context).broker;
        Running fresh = Running.start();
        context.getStore(NAMESPACE).put(fresh, fresh); // ends with the context of this test
        return fresh.broker;
    }

    private static Running shared(ExtensionContext context) {
        Idle idle =
                context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(Idle.class, key -> new Idle(), Idle.class);
        return ofClass(context)
                .getOrComputeIfAbsent(Lent.class, key -> new Lent(idle.take(), idle), Lent.class)
                .running;
    }

    /** What is in it ends with the test class, before what is in the root's. */
    private static Store ofClass(ExtensionContext context) {
        ExtensionContext of = context;
        while (of.getTestMethod().isPresent()) of = of.getParent().orElseThrow();
        return of.getStore(NAMESPACE);
    }

    private static @Nullable Running ifStarted(ExtensionContext context) {
        Lent lent = ofClass(context).get(Lent.class, Lent.class);
        return lent == null ? null : lent.running;
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (context.getExecutionException()
                .filter(failure -> !(failure instanceof TestAbortedException))
                .isEmpty()) return;
        Running shared = ifStarted(context);
        if (shared == null) return;
        List<String> lines = shared.broker.lastLines();
        System.out.println("The broker printed last:");
        lines.subList(Math.max(0, lines.size() - LINES_AFTER_A_FAILURE), lines.size())
                .forEach(line -> System.out.println("  " + line));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Running shared = ifStarted(context);
        if (shared == null) return;
        shared.broker.control().removeAllQueues();
    }
}
