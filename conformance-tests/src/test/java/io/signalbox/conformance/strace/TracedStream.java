package io.signalbox.conformance.strace;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The bytes that a process wrote to one file or connection, in order, and which call wrote each. Immutable once made. */
final class TracedStream {

    private record Part(int offset, SystemCall call) {}

    private final byte[] bytes;
    private final List<Part> parts = new ArrayList<>();

    TracedStream(List<SystemCall> calls, Predicate<String> file) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (SystemCall call : calls) {
            if (call.isForce() || call.written() == 0 || !file.test(call.file())) continue;
            parts.add(new Part(all.size(), call));
            all.write(call.data(), 0, call.written());
        }
        bytes = all.toByteArray();
    }

    byte[] bytes() {
        return bytes;
    }

    /** The call that wrote the byte at an offset. */
    SystemCall writerOf(int offset) {
        int low = 0;
        int high = parts.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (parts.get(middle).offset <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return parts.get(low).call;
    }
}
