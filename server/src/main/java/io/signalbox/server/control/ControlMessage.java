package io.signalbox.server.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One line on the control socket: a flat JSON object whose {@code kind} says what it is. Values are strings, integers and
 * booleans; bytes travel as base64. Immutable.
 */
public final class ControlMessage {

    /** A line longer than this ends the connection: it bounds what a peer can make the broker hold. */
    public static final int MAX_LINE_BYTES = 8 << 20;

    private static final JsonFactory JSON = new JsonFactory();
    private static final String KIND = "kind";

    private final Map<String, Object> fields;

    private ControlMessage(Map<String, Object> fields) {
        this.fields = fields;
    }

    /** A message without further fields. */
    public static ControlMessage of(String kind) {
        return new ControlMessage(Map.of(KIND, kind));
    }

    public ControlMessage with(String name, String value) {
        return withValue(name, value);
    }

    public ControlMessage with(String name, long value) {
        return withValue(name, value);
    }

    public ControlMessage with(String name, byte[] value) {
        return withValue(name, Base64.getEncoder().encodeToString(value));
    }

    private ControlMessage withValue(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return new ControlMessage(more);
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException if it is not a flat JSON object with a {@code kind}
     */
    public static ControlMessage parse(String line) {
        Map<String, Object> fields = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) throw new IllegalArgumentException("not a JSON object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                fields.put(name, value(parser, name));
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
        }
        if (!(fields.get(KIND) instanceof String)) throw new IllegalArgumentException("the object has no kind");
        return new ControlMessage(fields);
    }

    private static Object value(JsonParser parser, String name) throws IOException {
        return switch (parser.nextToken()) {
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            default -> throw new IllegalArgumentException("the value of " + name + " is not a string or an integer");
        };
    }

    /** The message as a line, with its line feed. */
    public String toLine() {
        StringWriter line = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(line)) {
            generator.writeStartObject();
            for (Map.Entry<String, Object> field : fields.entrySet()) {
                generator.writeFieldName(field.getKey());
                if (field.getValue() instanceof Long number) generator.writeNumber(number);
                else generator.writeString(field.getValue().toString());
            }
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a string does not fail to be written
        }
        return line.append('\n').toString();
    }

    public String kind() {
        return text(KIND).orElseThrow();
    }

    public Optional<String> text(String name) {
        return fields.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** A field that the sender must have set. */
    public String requiredText(String name) {
        return text(name).orElseThrow(() -> new IllegalArgumentException(kind() + " needs a " + name));
    }

    public Optional<Long> number(String name) {
        return fields.get(name) instanceof Long number ? Optional.of(number) : Optional.empty();
    }

    /** Bytes that the sender must have set. */
    public byte[] requiredBytes(String name) {
        return Base64.getDecoder().decode(requiredText(name));
    }

    @Override
    public String toString() {
        return toLine().stripTrailing();
    }
}
