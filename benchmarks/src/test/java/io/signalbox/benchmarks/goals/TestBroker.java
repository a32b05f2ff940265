package io.signalbox.benchmarks.goals;

import java.nio.file.Path;
import java.util.List;

/** A broker of this checkout that is a process of its own, small and soon there. */
public final class TestBroker {

    /** Starts its JVM; what the broker is to do comes behind it. */
    public static final List<String> COMMAND = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "io.signalbox.server.Main");

    private TestBroker() {}
}
