package io.signalbox.conformance.strace;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what {@code strace -f -tt -yy -xx} wrote: a line is a whole call, or its first half ({@code <unfinished ...>}), or
 * its second ({@code <... name resumed>}). Used by one thread.
 */
final class TraceReader {

    private static final String UNFINISHED = " <unfinished ...>";
    private static final String RESUMED = "<... ";

    private final List<SystemCall> calls = new ArrayList<>();
    private final Map<String, Begun> unfinished = new HashMap<>();
    private int line;

    private record Begun(int entry, String text) {}

    static List<SystemCall> read(Path trace) throws IOException {
        TraceReader reader = new TraceReader();
        try (BufferedReader lines = Files.newBufferedReader(trace, StandardCharsets.ISO_8859_1)) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) reader.add(text);
        }
        return reader.calls;
    }

    static List<SystemCall> read(List<String> lines) {
        TraceReader reader = new TraceReader();
        lines.forEach(reader::add);
        return reader.calls;
    }

    private void add(String text) {
        line++;
        String[] parts = text.split(" +", 3); // thread, time, call
        if (parts.length < 3) return;
        String thread = parts[0];
        String call = parts[2];
        if (call.endsWith(UNFINISHED)) {
            unfinished.put(thread, new Begun(line, call.substring(0, call.length() - UNFINISHED.length())));
        } else if (call.startsWith(RESUMED)) {
            Begun begun = unfinished.remove(thread);
            if (begun != null) finish(begun, begun.text + call.substring(call.indexOf('>') + 1));
        } else {
            finish(new Begun(line, call), call);
        }
    }

    private void finish(Begun begun, String text) {
        int open = text.indexOf('(');
        int equals = text.lastIndexOf(" = ");
        if (open < 0 || equals < 0) return; // a signal, or the end of a thread
        Optional<Long> result = number(text.substring(equals + 3));
        if (result.isEmpty()) return; // "?": the process was killed in it
        String arguments = text.substring(open + 1, equals);
        calls.add(new SystemCall(
                begun.entry, line, text.substring(0, open), file(arguments), quoted(arguments), result.get()));
    }

    private static Optional<Long> number(String text) {
        String first = text.split(" ", 2)[0];
        try {
            return Optional.of(Long.parseLong(first));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** What stands between the angle brackets after the file descriptor; a connection's arrow has one too. */
    private static String file(String arguments) {
        int open = arguments.indexOf('<');
        if (open < 0) return "";
        int close = arguments.indexOf(">,", open);
        if (close < 0) close = arguments.lastIndexOf('>');
        return new String(bytes(arguments, open + 1, close), StandardCharsets.UTF_8);
    }

    /** All quoted bytes one after the other: of writev the parts. */
    private static byte[] quoted(String arguments) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int from = arguments.indexOf('"');
        while (from >= 0) {
            int to = arguments.indexOf('"', from + 1); // in -xx no byte is written as a quote
            if (arguments.startsWith("...", to + 1)) throw new IllegalStateException("strace cut a buffer; raise -s");
            all.writeBytes(bytes(arguments, from + 1, to));
            from = arguments.indexOf('"', to + 1);
        }
        return all.toByteArray();
    }

    private static byte[] bytes(String text, int from, int to) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = from; i < to; i++) {
            if (text.charAt(i) == '\\' && i + 3 < to + 1 && text.charAt(i + 1) == 'x') {
                bytes.write(Integer.parseInt(text.substring(i + 2, i + 4), 16));
                i += 3;
            } else {
                bytes.write(text.charAt(i));
            }
        }
        return bytes.toByteArray();
    }
}
