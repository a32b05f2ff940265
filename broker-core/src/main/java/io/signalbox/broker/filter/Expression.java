package io.signalbox.broker.filter;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tree of a filter. Immutable; evaluation allocates nothing that stays. Conditions are three-valued: true, false, and null
 * for unknown (JMS 2.0 §3.8.1.3, as SQL-92 has it).
 */
sealed interface Expression {

    /** What kind of value an expression has, as far as its text says. */
    enum ValueType {
        CONDITION,
        NUMBER,
        TEXT,
        /** Depends on the message. */
        ANY
    }

    @Nullable
    Object evaluate(Selectable message);

    default ValueType type() {
        return ValueType.CONDITION;
    }

    /** A condition's value; what is no condition is unknown as one. */
    default @Nullable Boolean test(Selectable message) {
        return evaluate(message) instanceof Boolean known ? known : null;
    }

    /** A value that is written out. */
    record Literal(Object value, ValueType type) implements Expression {
        @Override
        public Object evaluate(Selectable message) {
            return value;
        }
    }

    /** Something that a message may have. */
    sealed interface Named extends Expression {
        @Override
        default ValueType type() {
            return ValueType.ANY;
        }
    }

    /** A property of the application's. */
    record Property(String name) implements Named {
        @Override
        public @Nullable Object evaluate(Selectable message) {
            return Values.of(message.property(name));
        }
    }

    /** A field every message may have. */
    record Header(Field field) implements Named {
        @Override
        public @Nullable Object evaluate(Selectable message) {
            return Values.of(message.field(field));
        }
    }

    /** A sign before a number. */
    record Negation(Expression operand) implements Expression {
        @Override
        public @Nullable Object evaluate(Selectable message) {
            return Values.negate(operand.evaluate(message));
        }

        @Override
        public ValueType type() {
            return ValueType.NUMBER;
        }
    }

    /** One of the four operations on two numbers. */
    record Arithmetic(Expression left, char operator, Expression right) implements Expression {
        @Override
        public @Nullable Object evaluate(Selectable message) {
            return Values.calculate(left.evaluate(message), operator, right.evaluate(message));
        }

        @Override
        public ValueType type() {
            return ValueType.NUMBER;
        }
    }

    /** Two values compared. */
    record Compared(Expression left, Comparison comparison, Expression right) implements Expression {
        @Override
        public @Nullable Boolean evaluate(Selectable message) {
            return Values.compare(left.evaluate(message), comparison, right.evaluate(message));
        }
    }

    /** A number within bounds, which belong to the range; the same as {@code >= low AND <= high}. */
    record Between(Expression operand, Expression low, Expression high) implements Expression {
        @Override
        public @Nullable Boolean evaluate(Selectable message) {
            Object value = operand.evaluate(message);
            Boolean above = Values.compare(value, Comparison.GREATER_OR_EQUAL, low.evaluate(message));
            if (Boolean.FALSE.equals(above)) return false;
            Boolean below = Values.compare(value, Comparison.LESS_OR_EQUAL, high.evaluate(message));
            if (Boolean.FALSE.equals(below)) return false;
            return (above == null || below == null) ? null : Boolean.TRUE;
        }
    }

    /** A text among others. */
    record In(Named operand, Set<String> texts) implements Expression {
        @Override
        public @Nullable Boolean evaluate(Selectable message) {
            Object value = operand.evaluate(message);
            if (value == null) return null; // JMS 2.0 §3.8.1.1: IN of a NULL is unknown
            return value instanceof String text && texts.contains(text);
        }
    }

    /** A text of a pattern. */
    record Like(Named operand, LikePattern pattern) implements Expression {
        @Override
        public @Nullable Boolean evaluate(Selectable message) {
            Object value = operand.evaluate(message);
            if (value == null) return null; // JMS 2.0 §3.8.1.1: LIKE of a NULL is unknown
            return value instanceof String text && pattern.matches(text);
        }
    }

    /** Whether the message has such a thing at all. */
    record IsNull(Named operand) implements Expression {
        @Override
        public Boolean evaluate(Selectable message) {
            return operand.evaluate(message) == null;
        }
    }

    /** The opposite of a condition; of an unknown one unknown. */
    record Not(Expression operand) implements Expression {
        @Override
        public @Nullable Boolean evaluate(Selectable message) {
            Boolean value = operand.test(message);
            return value == null ? null : Boolean.valueOf(!value);
        }
    }

    /** False if one is false, else unknown if one is unknown. */
    record And(List<Expression> operands) implements Expression {
        @Override
        public @Nullable Boolean evaluate(Selectable message) {
            return fold(operands, message, Boolean.FALSE);
        }
    }

    /** True if one is true, else unknown if one is unknown. */
    record Or(List<Expression> operands) implements Expression {
        @Override
        public @Nullable Boolean evaluate(Selectable message) {
            return fold(operands, message, Boolean.TRUE);
        }
    }

    /** The value that decides, if an operand has it; else unknown, if an operand is; else the other one. */
    private static @Nullable Boolean fold(List<Expression> operands, Selectable message, Boolean decides) {
        boolean unknown = false;
        for (int i = 0; i < operands.size(); i++) {
            Boolean value = operands.get(i).test(message);
            if (value == null) unknown = true;
            else if (value.equals(decides)) return decides;
        }
        return unknown ? null : Boolean.valueOf(!decides);
    }
}
