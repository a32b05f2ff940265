package io.signalbox.broker.filter;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/**
 * The values of a filter: {@code Long} for exact numbers, {@code Double} for approximate ones, {@code String}, {@code Boolean};
 * any other object is like nothing, null is unknown. Pure functions.
 */
final class Values {

    /** A longer text would make one question cost as much as a peer likes; it is there, and like nothing. */
    static final int MAX_TEXT_CHARS = 65_536;

    private static final Object TOO_LONG = new Object();

    private Values() {}

    /** What a message holds, as one of the filter's own kinds. */
    static @Nullable Object of(@Nullable Object value) {
        if (value instanceof String text) return text.length() <= MAX_TEXT_CHARS ? text : TOO_LONG;
        if (value == null || value instanceof Boolean || value instanceof Long) return value;
        if (value instanceof BigInteger number) {
            return number.bitLength() < Long.SIZE ? (Object) number.longValue() : (Object) number.doubleValue();
        }
        if (value instanceof Float || value instanceof Double || value instanceof BigDecimal) {
            return ((Number) value).doubleValue();
        }
        if (value instanceof Number number) return number.longValue();
        if (value instanceof Date date) return date.toInstant().toEpochMilli();
        if (value instanceof Character || value instanceof java.util.UUID) return value.toString();
        return value;
    }

    /** Three-valued: null if one of them is unknown. */
    static @Nullable Boolean compare(@Nullable Object left, Comparison comparison, @Nullable Object right) {
        if (left == null || right == null) return null; // JMS 2.0 §3.8.1.3: with an unknown value it is unknown
        if (left instanceof Long a && right instanceof Long b) return comparison.holds(Long.compare(a, b));
        if (left instanceof Number a && right instanceof Number b) {
            // JMS 2.0 §3.8.1.1: exact and approximate compare by Java's numeric promotion
            return comparison.holds(a.doubleValue(), b.doubleValue());
        }
        boolean alike = (left instanceof String && right instanceof String)
                || (left instanceof Boolean && right instanceof Boolean);
        // JMS 2.0 §3.8.1.1: of values that are not alike no comparison holds, nor an order of strings or booleans
        if (!alike || comparison.isOrder()) return false;
        return comparison.holds(left.equals(right) ? 0 : 1);
    }

    /** Unknown where one operand is, or is no number, or an exact one is divided by 0. */
    static @Nullable Object calculate(@Nullable Object left, char operator, @Nullable Object right) {
        if (left instanceof Long a && right instanceof Long b) {
            return switch (operator) {
                case '+' -> a + b;
                case '-' -> a - b;
                case '*' -> a * b;
                default -> b == 0 ? null : (Object) (a / b);
            };
        }
        if (!(left instanceof Number a && right instanceof Number b)) return null;
        return switch (operator) {
            case '+' -> a.doubleValue() + b.doubleValue();
            case '-' -> a.doubleValue() - b.doubleValue();
            case '*' -> a.doubleValue() * b.doubleValue();
            default -> a.doubleValue() / b.doubleValue();
        };
    }

    static @Nullable Object negate(@Nullable Object value) {
        if (value instanceof Long number) return -number;
        return value instanceof Double number ? (Object) (-number) : null;
    }
}
