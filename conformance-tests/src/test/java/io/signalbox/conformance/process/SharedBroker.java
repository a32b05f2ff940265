package io.signalbox.conformance.process;

import java.util.List;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives every test class that asks for a {@link BrokerProcess} the same one, started for the first and ended after the
 * last; a failed test is followed by what the broker printed last. Tests keep apart by names of their own.
 */
public final class SharedBroker implements ParameterResolver, AfterTestExecutionCallback {

    private static final Namespace NAMESPACE = Namespace.create(SharedBroker.class);
    private static final int LINES_AFTER_A_FAILURE = 40;

    private record Running(BrokerProcess broker) implements AutoCloseable {
        @Override
        public void close() {
            try {
                broker.stop();
            } finally {
                broker.close();
                BrokerProcess.deleteData(broker.dataDirectory());
            }
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == BrokerProcess.class;
    }

    @Override
    public BrokerProcess resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return running(context).broker;
    }

    private static Running running(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        Running.class, key -> new Running(BrokerProcess.start(BrokerOptions.fresh())), Running.class);
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (context.getExecutionException().isEmpty()) return;
        List<String> lines = running(context).broker.output().lines();
        System.out.println("The broker printed last:");
        lines.subList(Math.max(0, lines.size() - LINES_AFTER_A_FAILURE), lines.size())
                .forEach(line -> System.out.println("  " + line));
    }
}
