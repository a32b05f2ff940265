package io.signalbox.server.definitions;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.signalbox.server.config.ConfigurationProblem;
import io.signalbox.server.config.ConfigurationProblem.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A piece of JSON that knows where it stands. Immutable. */
sealed interface JsonNode {

    /** Counted from 1. */
    int line();

    /** Of its first character, counted from 1. */
    int column();

    /** Characters to be marked when something is wrong with it. */
    int length();

    record Fields(int line, int column, int length, Map<String, Field> fields) implements JsonNode {}

    /** A name and its value; what is wrong with the name is marked at the name. */
    record Field(int line, int column, int length, JsonNode value) implements JsonNode {}

    record Items(int line, int column, int length, List<JsonNode> items) implements JsonNode {}

    record Text(int line, int column, int length, String text) implements JsonNode {}

    /** A number that is not negative and has neither fraction nor exponent. */
    record Whole(int line, int column, int length, long value) implements JsonNode {}

    /** Another number, true, false or null: nothing that definitions are made of. */
    record Other(int line, int column, int length) implements JsonNode {}

    /**
     * Reads a document.
     *
     * @throws com.fasterxml.jackson.core.JsonProcessingException if it is not JSON, with the place
     */
    static JsonNode parse(String document) throws IOException {
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try (JsonParser parser = factory.createParser(document)) {
            if (parser.nextToken() == null) return new Other(1, 1, 1);
            JsonNode root = read(parser);
            if (parser.nextToken() != null) {
                JsonLocation more = parser.currentTokenLocation();
                return new Other(more.getLineNr(), more.getColumnNr(), 1);
            }
            return root;
        }
    }

    private static JsonNode read(JsonParser parser) throws IOException {
        JsonLocation start = parser.currentTokenLocation();
        int line = start.getLineNr();
        int column = start.getColumnNr();
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Field> fields = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    JsonLocation name = parser.currentTokenLocation();
                    String text = parser.currentName();
                    parser.nextToken();
                    fields.put(text, new Field(name.getLineNr(), name.getColumnNr(), text.length() + 2, read(parser)));
                }
                return new Fields(line, column, 1, fields);
            }
            case START_ARRAY -> {
                List<JsonNode> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) items.add(read(parser));
                return new Items(line, column, 1, items);
            }
            case VALUE_STRING -> {
                String text = parser.getText(); // which makes the parser go to its end
                return new Text(line, column, parser.currentLocation().getColumnNr() - column, text);
            }
            case VALUE_NUMBER_INT -> {
                String digits = parser.getText();
                if (!digits.matches("\\d{1,18}")) return new Other(line, column, digits.length());
                return new Whole(line, column, digits.length(), Long.parseLong(digits));
            }
            default -> {
                return new Other(line, column, parser.getText().length());
            }
        }
    }

    /** What is wrong with it, under its line. */
    default ConfigurationProblem problem(List<String> lines, String message) {
        String text = line() <= lines.size() ? lines.get(line() - 1) : "";
        int within = Math.min(column(), text.length() + 1);
        return new ConfigurationProblem(Optional.of(new Place("", line(), within, length())), text, message);
    }
}
