package io.signalbox.conformance.foreign;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Bodies as text that says type and value, so that what came can be compared with what was sent. */
final class BodyText {

    private BodyText() {}

    /** As the drivers say it too. */
    static String ofText(String text) {
        return "text " + text;
    }

    /** As the drivers say it too. */
    static String ofBytes(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(bytes);
            return "binary " + bytes.length + " " + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String ofBuffer(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return ofBytes(bytes);
    }

    static String of(Object value) {
        if (value == null) return "null";
        if (value instanceof String text) return ofText(text);
        if (value instanceof byte[] bytes) return ofBytes(bytes);
        if (value instanceof Date date) return of(date.getTime()); // protonj2 reads timestamps as numbers
        if (value instanceof Map<?, ?> map) {
            Map<String, String> sorted = new TreeMap<>();
            map.forEach((key, element) -> sorted.put(of(key), of(element)));
            return "map " + sorted;
        }
        if (value instanceof List<?> list) {
            return "list " + list.stream().map(BodyText::of).toList();
        }
        if (value.getClass().isArray()) {
            List<String> elements = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) elements.add(of(Array.get(value, i)));
            return "array " + elements;
        }
        return value.getClass().getSimpleName() + " " + value;
    }
}
