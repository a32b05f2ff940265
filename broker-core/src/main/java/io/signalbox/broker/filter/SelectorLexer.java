package io.signalbox.broker.filter;

import io.signalbox.broker.filter.Token.Kind;
import java.util.Locale;
import java.util.Map;

/** Cuts a selector into words (JMS 2.0 §3.8.1.1), one at a time. Confined to its parser. */
final class SelectorLexer {

    private static final Map<String, Kind> RESERVED = Map.ofEntries(
            Map.entry("NULL", Kind.NULL),
            Map.entry("TRUE", Kind.TRUE),
            Map.entry("FALSE", Kind.FALSE),
            Map.entry("NOT", Kind.NOT),
            Map.entry("AND", Kind.AND),
            Map.entry("OR", Kind.OR),
            Map.entry("BETWEEN", Kind.BETWEEN),
            Map.entry("LIKE", Kind.LIKE),
            Map.entry("IN", Kind.IN),
            Map.entry("IS", Kind.IS),
            Map.entry("ESCAPE", Kind.ESCAPE));

    private final String text;
    private int at;

    SelectorLexer(String text) {
        this.text = text;
    }

    Token next() {
        // JMS 2.0 §3.8.1.1: whitespace is space, horizontal tab, form feed and line terminator
        while (at < text.length() && " \t\f\n\r".indexOf(text.charAt(at)) >= 0) at++;
        if (at == text.length()) return new Token(Kind.END, "", at + 1);
        char first = text.charAt(at);
        if (first == '\'') return quoted(Kind.STRING, '\'');
        if (first == '"') return quoted(Kind.NAME, '"');
        if (isDigit(at) || (first == '.' && isDigit(at + 1))) return number();
        if (Character.isJavaIdentifierStart(first)) return word();
        return symbol(first);
    }

    /** A quote within is written twice. */
    private Token quoted(Kind kind, char quote) {
        int from = at++;
        StringBuilder content = new StringBuilder();
        while (true) {
            int end = text.indexOf(quote, at);
            if (end < 0) throw failure(from, "what begins with " + quote + " has no end; close it with " + quote);
            content.append(text, at, end);
            at = end + 1;
            if (at == text.length() || text.charAt(at) != quote) break;
            content.append(quote);
            at++;
        }
        if (kind == Kind.NAME && content.isEmpty()) throw failure(from, "a name has at least one character");
        return new Token(kind, content.toString(), from + 1);
    }

    private Token word() {
        int from = at;
        while (at < text.length() && isNamePart(text.charAt(at))) at++;
        String word = text.substring(from, at);
        return new Token(RESERVED.getOrDefault(word.toUpperCase(Locale.ROOT), Kind.NAME), word, from + 1);
    }

    /** Java's identifiers, and the dot in names such as {@code amqp.subject}. */
    private static boolean isNamePart(char character) {
        return character == '.' || Character.isJavaIdentifierPart(character);
    }

    /** Java's literals: decimal, octal or hexadecimal, with L; or with a fraction, an exponent, F or D. */
    private Token number() {
        int from = at;
        Kind kind = Kind.INTEGER;
        if (text.startsWith("0x", at) || text.startsWith("0X", at)) {
            at += 2;
            while (at < text.length() && Character.digit(text.charAt(at), 16) >= 0) at++;
        } else {
            skipDigits();
            if (skipOne(".")) {
                kind = Kind.DECIMAL;
                skipDigits();
            }
            if (skipOne("eE")) {
                kind = Kind.DECIMAL;
                skipOne("+-");
                if (!isDigit(at)) throw failure(from, "the exponent of " + text.substring(from, at) + " has no digits");
                skipDigits();
            }
            if (skipOne("fFdD")) kind = Kind.DECIMAL;
        }
        if (kind == Kind.INTEGER) skipOne("lL");
        if (at < text.length() && isNamePart(text.charAt(at))) {
            throw failure(from, "the number runs into a name; a name does not begin with a digit");
        }
        return new Token(kind, text.substring(from, at), from + 1);
    }

    private Token symbol(char first) {
        int from = at;
        at += switch (first) {
            case '<' -> text.startsWith("<=", at) || text.startsWith("<>", at) ? 2 : 1;
            case '>' -> text.startsWith(">=", at) ? 2 : 1;
            case '=', '(', ')', ',', '+', '-', '*', '/' -> 1;
            default -> throw failure(from, "the character " + first + " has no meaning here" + hint(first));
        };
        return new Token(Kind.SYMBOL, text.substring(from, at), from + 1);
    }

    private static String hint(char character) {
        return character == '!' ? "; not equal is written <>" : "";
    }

    private boolean isDigit(int index) {
        return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    private void skipDigits() {
        while (isDigit(at)) at++;
    }

    private boolean skipOne(String characters) {
        if (at == text.length() || characters.indexOf(text.charAt(at)) < 0) return false;
        at++;
        return true;
    }

    private static FilterSyntaxException failure(int index, String sentence) {
        return new FilterSyntaxException(index + 1, sentence);
    }
}
