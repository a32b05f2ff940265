package io.signalbox.broker.filter;

import io.signalbox.broker.filter.Expression.ValueType;
import io.signalbox.broker.filter.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a selector (JMS 2.0 §3.8.1) by recursive descent, a method for each level of precedence. Depth and the number of what
 * multiplies the cost of a question are bounded, so any text costs little to read and little to ask. Used once.
 */
final class SelectorParser {

    /** Levels of parentheses, NOT and signs in each other. */
    static final int MAX_DEPTH = 64;

    /** Arithmetic operators, whose tree grows to the left. */
    static final int MAX_OPERATIONS = 256;

    /** Patterns, each of which reads a text from its beginning to its end. */
    static final int MAX_PATTERNS = 32;

    private static final Map<String, Comparison> COMPARISONS = Map.of(
            "=", Comparison.EQUAL,
            "<>", Comparison.NOT_EQUAL,
            "<", Comparison.LESS,
            "<=", Comparison.LESS_OR_EQUAL,
            ">", Comparison.GREATER,
            ">=", Comparison.GREATER_OR_EQUAL);

    /** Names of JMS that mean nothing to a queue, since they are known at delivery only, or that JMS forbids here. */
    private static final Set<String> NOT_SELECTABLE = Set.of(
            "JMSDestination", "JMSReplyTo", "JMSExpiration", "JMSRedelivered", "JMSDeliveryTime", "JMSXDeliveryCount");

    private final SelectorLexer lexer;
    private Token token;
    private int depth;
    private int operations;
    private int patterns;

    private SelectorParser(String text) {
        this.lexer = new SelectorLexer(text);
        this.token = lexer.next();
    }

    static Expression parse(String text) {
        SelectorParser parser = new SelectorParser(text);
        int column = parser.token.column();
        Expression condition = parser.or();
        if (parser.token.kind() != Kind.END) {
            throw failure(parser.token, "nothing fits here any more, but there is " + parser.token.shown());
        }
        requireCondition(condition, column);
        return condition;
    }

    private Expression or() {
        int column = token.column();
        Expression first = and();
        if (token.kind() != Kind.OR) return first;
        List<Expression> operands = new ArrayList<>();
        operands.add(requireCondition(first, column));
        while (skip(Kind.OR)) {
            int next = token.column();
            operands.add(requireCondition(and(), next));
        }
        return new Expression.Or(List.copyOf(operands));
    }

    private Expression and() {
        int column = token.column();
        Expression first = not();
        if (token.kind() != Kind.AND) return first;
        List<Expression> operands = new ArrayList<>();
        operands.add(requireCondition(first, column));
        while (skip(Kind.AND)) {
            int next = token.column();
            operands.add(requireCondition(not(), next));
        }
        return new Expression.And(List.copyOf(operands));
    }

    private Expression not() {
        if (token.kind() != Kind.NOT) return predicate();
        deeper();
        skip(Kind.NOT);
        int column = token.column();
        Expression operand = requireCondition(not(), column);
        depth--;
        return new Expression.Not(operand);
    }

    private Expression predicate() {
        Token first = token;
        Expression left = sum();
        Comparison comparison = comparisonHere();
        if (comparison != null) return compared(left, first, comparison);
        if (token.kind() == Kind.IS) return isNull(left, first);
        boolean negated = skip(Kind.NOT);
        Expression found = switch (token.kind()) {
            case BETWEEN -> between(left, first);
            case IN -> in(left, first);
            case LIKE -> like(left, first);
            default -> {
                if (negated) throw expected("BETWEEN, IN or LIKE after NOT");
                yield left;
            }
        };
        return negated ? new Expression.Not(found) : found;
    }

    private @Nullable Comparison comparisonHere() {
        return token.kind() == Kind.SYMBOL ? COMPARISONS.get(token.text()) : null;
    }

    private Expression compared(Expression left, Token leftFirst, Comparison comparison) {
        advance();
        Token rightFirst = token;
        Expression right = sum();
        if (comparison.isOrder()) {
            // JMS 2.0 §3.8.1.1: string and boolean comparison is restricted to = and <>
            requireOrdered(left, leftFirst);
            requireOrdered(right, rightFirst);
        }
        if (comparisonHere() != null) {
            throw failure(token, "comparisons do not follow each other; join them with AND");
        }
        return new Expression.Compared(left, comparison, right);
    }

    private Expression isNull(Expression left, Token first) {
        advance();
        boolean negated = skip(Kind.NOT);
        if (!skip(Kind.NULL)) throw expected("NULL after IS");
        Expression found = new Expression.IsNull(requireName(left, first));
        return negated ? new Expression.Not(found) : found;
    }

    private Expression between(Expression left, Token first) {
        advance();
        requireNumber(left, first);
        Token lowFirst = token;
        Expression low = requireNumber(sum(), lowFirst);
        if (!skip(Kind.AND)) throw expected("AND and the upper bound of BETWEEN");
        Token highFirst = token;
        return new Expression.Between(left, low, requireNumber(sum(), highFirst));
    }

    private Expression in(Expression left, Token first) {
        advance();
        Set<String> texts = new HashSet<>();
        requireSymbol("(", "( and the strings of IN");
        do {
            if (token.kind() != Kind.STRING) throw expected("a string, as IN takes no others");
            texts.add(advance().text());
        } while (skipSymbol(","));
        requireSymbol(")", ", or ) after a string of IN");
        return new Expression.In(requireName(left, first), Set.copyOf(texts));
    }

    private Expression like(Expression left, Token first) {
        Token like = advance();
        if (++patterns > MAX_PATTERNS) throw failure(like, "it has more than " + MAX_PATTERNS + " patterns");
        if (token.kind() != Kind.STRING) throw expected("a pattern in quotes after LIKE");
        Token pattern = advance();
        if (pattern.text().length() > LikePattern.MAX_CHARS) {
            throw failure(pattern, "a pattern has at most " + LikePattern.MAX_CHARS + " characters");
        }
        int escape = -1;
        if (skip(Kind.ESCAPE)) {
            if (token.kind() != Kind.STRING || token.text().codePoints().count() != 1) {
                throw expected("one character in quotes after ESCAPE");
            }
            escape = advance().text().codePointAt(0);
        }
        Expression.Named operand = requireName(left, first);
        try {
            return new Expression.Like(operand, LikePattern.of(pattern.text(), escape));
        } catch (IllegalArgumentException e) {
            throw failure(pattern, String.valueOf(e.getMessage()));
        }
    }

    private Expression sum() {
        Token first = token;
        Expression left = product();
        while (token.is("+") || token.is("-")) left = operation(left, first, Level.SUM);
        return left;
    }

    private Expression product() {
        Token first = token;
        Expression left = signed();
        while (token.is("*") || token.is("/")) left = operation(left, first, Level.PRODUCT);
        return left;
    }

    private enum Level {
        SUM,
        PRODUCT
    }

    private Expression operation(Expression left, Token leftFirst, Level level) {
        Token operator = advance();
        if (++operations > MAX_OPERATIONS) {
            throw failure(operator, "it has more than " + MAX_OPERATIONS + " arithmetic operations");
        }
        Token rightFirst = token;
        Expression right = level == Level.SUM ? product() : signed();
        requireNumber(left, leftFirst);
        requireNumber(right, rightFirst);
        return new Expression.Arithmetic(left, operator.text().charAt(0), right);
    }

    private Expression signed() {
        if (!token.is("+") && !token.is("-")) return primary();
        deeper();
        boolean minus = advance().is("-");
        Token first = token;
        Expression found;
        if (minus && (token.kind() == Kind.INTEGER || token.kind() == Kind.DECIMAL)) {
            found = Numbers.literal(advance(), "-");
        } else {
            Expression operand = requireNumber(signed(), first);
            found = minus ? new Expression.Negation(operand) : operand;
        }
        depth--;
        return found;
    }

    private Expression primary() {
        return switch (token.kind()) {
            case STRING -> new Expression.Literal(advance().text(), ValueType.TEXT);
            case INTEGER, DECIMAL -> Numbers.literal(advance(), "");
            case TRUE, FALSE -> new Expression.Literal(advance().kind() == Kind.TRUE, ValueType.CONDITION);
            case NAME -> named(advance());
            default -> inParentheses();
        };
    }

    private Expression inParentheses() {
        if (!token.is("(")) throw expected("a name, a value or (");
        deeper();
        advance();
        Expression inner = or();
        requireSymbol(")", ")");
        depth--;
        return inner;
    }

    private static Expression named(Token name) {
        if (NOT_SELECTABLE.contains(name.text())) {
            throw failure(name, name.text() + " cannot be selected by (JMS 2.0 §3.8.1.1)");
        }
        return Field.named(name.text())
                .<Expression>map(Expression.Header::new)
                .orElseGet(() -> new Expression.Property(name.text()));
    }

    private void deeper() {
        if (++depth > MAX_DEPTH) throw failure(token, "it nests deeper than " + MAX_DEPTH + " levels");
    }

    private Token advance() {
        Token passed = token;
        token = lexer.next();
        return passed;
    }

    private boolean skip(Kind kind) {
        if (token.kind() != kind) return false;
        advance();
        return true;
    }

    private boolean skipSymbol(String symbol) {
        if (!token.is(symbol)) return false;
        advance();
        return true;
    }

    private void requireSymbol(String symbol, String what) {
        if (!skipSymbol(symbol)) throw expected(what);
    }

    private static Expression requireCondition(Expression expression, int column) {
        if (expression.type() == ValueType.CONDITION || expression.type() == ValueType.ANY) return expression;
        throw new FilterSyntaxException(column, "a condition is wanted here, not a value; compare it with something");
    }

    private static Expression requireNumber(Expression expression, Token first) {
        if (expression.type() == ValueType.NUMBER || expression.type() == ValueType.ANY) return expression;
        throw failure(first, "a number is wanted here");
    }

    private static void requireOrdered(Expression expression, Token first) {
        if (expression.type() == ValueType.NUMBER || expression.type() == ValueType.ANY) return;
        throw failure(first, "only numbers have an order; strings and booleans are compared with = and <>");
    }

    private static Expression.Named requireName(Expression expression, Token first) {
        if (expression instanceof Expression.Named named) return named;
        throw failure(first, "the name of a property or header field is wanted here");
    }

    private FilterSyntaxException expected(String what) {
        return failure(token, "expected " + what + ", found " + token.shown());
    }

    private static FilterSyntaxException failure(Token at, String sentence) {
        return new FilterSyntaxException(at.column(), sentence);
    }
}
