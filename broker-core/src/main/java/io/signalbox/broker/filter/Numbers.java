package io.signalbox.broker.filter;

import io.signalbox.broker.filter.Expression.ValueType;
import io.signalbox.broker.filter.Token.Kind;
import java.util.Locale;

/** Numbers as Java writes them: exact ones within a long, approximate ones within a double (JMS 2.0 §3.8.1.1). Pure. */
final class Numbers {

    private Numbers() {}

    /** @param sign a minus or nothing; it belongs to the number, as the smallest long has no positive counterpart */
    static Expression.Literal literal(Token token, String sign) {
        try {
            Object value = token.kind() == Kind.DECIMAL
                    ? (Object) Double.parseDouble(sign + token.text())
                    : (Object) exact(token.text().toLowerCase(Locale.ROOT), sign);
            if (value instanceof Double number && number.isInfinite()) {
                throw new FilterSyntaxException(token.column(), token.shown() + " is larger than a double holds");
            }
            return new Expression.Literal(value, ValueType.NUMBER);
        } catch (NumberFormatException e) {
            throw new FilterSyntaxException(
                    token.column(), token.shown() + " is no number of its base, or larger than a long holds");
        }
    }

    private static long exact(String text, String sign) {
        String digits = text.endsWith("l") ? text.substring(0, text.length() - 1) : text;
        if (digits.startsWith("0x")) return signed(Long.parseUnsignedLong(digits.substring(2), 16), sign);
        if (digits.length() > 1 && digits.startsWith("0")) return signed(Long.parseUnsignedLong(digits, 8), sign);
        return Long.parseLong(sign + digits);
    }

    private static long signed(long magnitude, String sign) {
        return sign.isEmpty() ? magnitude : -magnitude;
    }
}
