package io.signalbox.mqtt.codec;

import io.signalbox.broker.message.Body;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A packet as text, arrays by their contents: equal texts are equal packets. */
final class PacketText {

    private PacketText() {}

    static String of(Object value) {
        if (value instanceof Optional<?> optional)
            return optional.map(PacketText::of).orElse("-");
        if (value instanceof byte[] bytes) return Bytes.hex(bytes);
        if (value instanceof Body.Inline body) {
            return Bytes.hex(Arrays.copyOfRange(body.bytes(), body.from(), body.to()));
        }
        if (value instanceof List<?> list)
            return list.stream().map(PacketText::of).toList().toString();
        if (!(value instanceof Record record)) return String.valueOf(value);
        return record.getClass().getSimpleName()
                + Arrays.stream(record.getClass().getRecordComponents())
                        .map(component -> component.getName() + "=" + of(read(component, record)))
                        .collect(Collectors.joining(", ", "(", ")"));
    }

    private static Object read(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
