package io.signalbox.conformance.strace;

import io.signalbox.conformance.peer.AmqpFrames;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.transport.Disposition;
import org.apache.qpid.protonj2.types.transport.Role;

/** Finds the acknowledgements in what the broker wrote to a connection: which call began to write each. */
final class Answers {

    private static final int PUBACK = 4;

    private Answers() {}

    /** PUBACKs by packet identifier (MQTT 3.1.1 §3.4). */
    static Map<Long, SystemCall> pubacks(TracedStream stream) {
        Map<Long, SystemCall> answers = new HashMap<>();
        byte[] bytes = stream.bytes();
        int at = 0;
        while (at < bytes.length) {
            int start = at;
            int type = (bytes[at++] & 0xf0) >> 4;
            int length = 0;
            for (int shift = 0; ; shift += 7) {
                int digit = bytes[at++];
                length |= (digit & 0x7f) << shift;
                if (digit >= 0) break;
            }
            if (type == PUBACK) {
                long packetId = (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
                answers.putIfAbsent(packetId, stream.writerOf(start));
            }
            at += length;
        }
        return answers;
    }

    /** Accepted outcomes by delivery-id (AMQP 1.0 §2.7.6), settled or not. */
    static Map<Long, SystemCall> accepted(TracedStream stream) {
        Map<Long, SystemCall> answers = new HashMap<>();
        AmqpFrames.read(stream.bytes(), (offset, performative, payload) -> {
            if (!(performative instanceof Disposition disposition)) return;
            if (disposition.getRole() != Role.RECEIVER || !(disposition.getState() instanceof Accepted)) return;
            long last = disposition.hasLast() ? disposition.getLast() : disposition.getFirst();
            for (long id = disposition.getFirst(); id <= last; id++) answers.putIfAbsent(id, stream.writerOf(offset));
        });
        return answers;
    }
}
