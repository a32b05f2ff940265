package io.signalbox.conformance.process;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.opentest4j.TestAbortedException;

/**
 * Gives every test class that asks for a {@link BrokerUnderTest} the same one, started for the first and ended after the
 * last; with {@link Fresh} a test gets one of its own. Between tests that share it, its queues are removed, which takes a
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
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Running.class, key -> Running.start(), Running.class);
    }

    private static @Nullable Running ifStarted(ExtensionContext context) {
        return context.getRoot().getStore(NAMESPACE).get(Running.class, Running.class);
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
