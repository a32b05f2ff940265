package io.signalbox.benchmarks.goals;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that tells how far it is, and what it cannot take. Used by one thread. */
public abstract class TalkingCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    /** As picocli made it. */
    protected final CommandSpec spec() {
        CommandSpec given = spec;
        if (given == null) throw new IllegalStateException("picocli did not start this command");
        return given;
    }

    /** A line, at once. */
    protected final void say(String line) {
        PrintWriter out = spec().commandLine().getOut();
        out.println(line);
        out.flush();
    }

    /** What is wrong with what was asked, in a sentence; to be thrown. */
    protected final ParameterException usage(String sentence) {
        return new ParameterException(spec().commandLine(), sentence);
    }
}
