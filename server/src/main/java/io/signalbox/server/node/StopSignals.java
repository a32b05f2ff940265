package io.signalbox.server.node;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * SIGTERM and Ctrl-C: the first asks for a clean stop, the second ends the process at once. SIGHUP asks for whatever is
 * wanted of it. Thread-safe.
 *
 * <p>A shutdown hook would not do: the exit code would be the signal's, and logging ends beside the hook.
 */
public final class StopSignals {

    /** What a shell reports of a process that Ctrl-C has ended. */
    private static final int INTERRUPTED = 130;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final AtomicInteger signals = new AtomicInteger();

    private StopSignals() {}

    /** Takes the signals over. */
    public static StopSignals install() {
        StopSignals installed = new StopSignals();
        handle("TERM", installed::onSignal);
        handle("INT", installed::onSignal);
        return installed;
    }

    /**
     * Takes SIGHUP over: a service manager's word for "read your configuration again", and the system's for "your terminal
     * is gone", which asks for a clean stop. On the signal's own thread, so {@code reload} must not block.
     */
    public void onHangUp(Runnable reload) {
        boolean hadTerminal = hasTerminal();
        handle("HUP", () -> {
            if (hadTerminal && !hasTerminal()) onSignal();
            else reload.run();
        });
    }

    /** Whether the process has a controlling terminal: only then does this file open (tty(4)). */
    private static boolean hasTerminal() {
        try {
            Files.newInputStream(Path.of("/dev/tty")).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** By reflection, as the compiler knows the JDK's signals only as internal, although every JDK has them. */
    private static void handle(String signal, Runnable action) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object handler = Proxy.newProxyInstance(
                    handlerType.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) action.run();
                        return null;
                    });
            Method handle = signalType.getMethod("handle", signalType, handlerType);
            handle.invoke(null, signalType.getConstructor(String.class).newInstance(signal), handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM cannot handle SIG" + signal, e);
        }
    }

    private void onSignal() {
        if (signals.getAndIncrement() > 0) Runtime.getRuntime().halt(INTERRUPTED);
        asked.countDown();
    }

    /** Waits for the first signal. */
    public void await() throws InterruptedException {
        asked.await();
    }
}
