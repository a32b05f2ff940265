package io.signalbox.broker.filter;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Selectors generated from the grammar, each beside the function that says what it means. */
class GeneratedSelectorTest {

    private static final int OR = 0;
    private static final int AND = 1;
    private static final int NOT = 2;
    private static final int PREDICATE = 3;
    private static final int SUM = 4;
    private static final int PRODUCT = 5;
    private static final int SIGNED = 6;
    private static final int PRIMARY = 7;

    /** What a text means for a message; null is unknown. */
    private interface Meaning extends Function<Map<String, Object>, @Nullable Object> {}

    private record Generated(String text, int level, Meaning meaning) {

        /** In parentheses where the place binds tighter. */
        String at(int wanted) {
            return level >= wanted ? text : "(" + text + ")";
        }

        @Nullable
        Boolean condition(Map<String, Object> message) {
            return meaning.apply(message) instanceof Boolean known ? known : null;
        }
    }

    private static final class Generator {
        private final Random random;

        Generator(long seed) {
            this.random = new Random(seed);
        }

        Generated condition(int depth) {
            switch (depth == 0 ? 4 + random.nextInt(6) : random.nextInt(10)) {
                case 0, 1:
                    return joined(depth, "OR", OR, true);
                case 2:
                    return joined(depth, "AND", AND, false);
                case 3:
                    Generated inner = condition(depth - 1);
                    return new Generated(word("NOT") + " " + inner.at(NOT), NOT, message -> {
                        Boolean value = inner.condition(message);
                        return value == null ? null : !value;
                    });
                case 4:
                    String flag = pick("yes", "no", "missing", "s1");
                    return new Generated(flag, PRIMARY, message -> message.get(flag));
                case 5:
                    return isNull();
                case 6:
                    return in();
                case 7:
                    return between();
                default:
                    return comparison();
            }
        }

        private Generated joined(int depth, String operator, int level, boolean decides) {
            List<Generated> parts = new ArrayList<>();
            for (int left = 2 + random.nextInt(3); left > 0; left--) parts.add(condition(depth - 1));
            String text = String.join(
                    " " + word(operator) + " ",
                    parts.stream().map(part -> part.at(level + 1)).toList());
            return new Generated(text, level, message -> {
                boolean unknown = false;
                boolean decided = false;
                for (Generated part : parts) {
                    Boolean value = part.condition(message);
                    unknown |= value == null;
                    decided |= value != null && value == decides;
                }
                if (decided) return decides;
                return unknown ? null : Boolean.valueOf(!decides);
            });
        }

        private Generated isNull() {
            String name = pick("i1", "s1", "missing");
            boolean not = random.nextBoolean();
            String text = name + " " + word("IS") + (not ? " " + word("NOT") : "") + " " + word("NULL");
            return new Generated(text, PREDICATE, message -> message.containsKey(name) == not);
        }

        private Generated in() {
            String name = pick("s1", "s2", "i1", "missing");
            boolean not = random.nextBoolean();
            String text = name + (not ? " " + word("NOT") : "") + " " + word("IN") + space() + "('a','b')";
            return new Generated(text, PREDICATE, message -> {
                Object value = message.get(name);
                if (value == null) return null;
                return (value.equals("a") || value.equals("b")) != not;
            });
        }

        private Generated between() {
            Generated value = number(2);
            Generated low = number(1);
            Generated high = number(1);
            boolean not = random.nextBoolean();
            String text = value.at(SUM) + (not ? " " + word("NOT") : "") + " " + word("BETWEEN") + " " + low.at(SUM)
                    + " " + word("AND") + " " + high.at(SUM);
            return new Generated(text, PREDICATE, message -> {
                Object v = value.meaning.apply(message);
                Boolean above = compared(v, ">=", low.meaning.apply(message));
                Boolean below = compared(v, "<=", high.meaning.apply(message));
                boolean outside = Boolean.FALSE.equals(above) || Boolean.FALSE.equals(below);
                if (outside) return not;
                return (above == null || below == null) ? null : Boolean.valueOf(!not);
            });
        }

        private Generated comparison() {
            boolean texts = random.nextInt(3) == 0;
            String operator = texts ? pick("=", "<>") : pick("=", "<>", "<", "<=", ">", ">=");
            Generated left = texts ? text() : number(2);
            Generated right = texts ? text() : number(2);
            return new Generated(
                    left.at(SUM) + space() + operator + space() + right.at(SUM),
                    PREDICATE,
                    message -> compared(left.meaning.apply(message), operator, right.meaning.apply(message)));
        }

        private Generated text() {
            if (random.nextBoolean()) {
                String name = pick("s1", "s2", "missing", "i1");
                return new Generated(name, PRIMARY, message -> message.get(name));
            }
            String value = pick("a", "b", "it's");
            return new Generated("'" + value.replace("'", "''") + "'", PRIMARY, message -> value);
        }

        private Generated number(int depth) {
            switch (depth == 0 ? random.nextInt(4) : random.nextInt(7)) {
                case 0:
                    long exact = random.nextInt(5);
                    String written = pick(exact + "", exact + "L", "0x" + exact, "0" + exact);
                    return new Generated(written, PRIMARY, message -> exact);
                case 1:
                    double approximate = random.nextInt(8) / 2.0;
                    return new Generated(pick(approximate + "", approximate + "E0"), PRIMARY, message -> approximate);
                case 2, 3:
                    String name = pick("i1", "i2", "d1", "missing", "s1");
                    return new Generated(name, PRIMARY, message -> message.get(name));
                case 4:
                    Generated operand = number(depth - 1);
                    return new Generated("-" + space() + operand.at(SIGNED), SIGNED, message -> {
                        Object value = operand.meaning.apply(message);
                        return value instanceof Long a
                                ? (Object) (-a)
                                : value instanceof Double b ? (Object) (-b) : null;
                    });
                default:
                    return arithmetic(depth);
            }
        }

        private Generated arithmetic(int depth) {
            String operator = pick("+", "-", "*", "/");
            int level = operator.equals("+") || operator.equals("-") ? SUM : PRODUCT;
            Generated left = number(depth - 1);
            Generated right = number(depth - 1);
            String text = left.at(level) + space() + operator + " " + right.at(level + 1);
            return new Generated(
                    text,
                    level,
                    message -> calculated(left.meaning.apply(message), operator, right.meaning.apply(message)));
        }

        private String pick(String... choices) {
            return choices[random.nextInt(choices.length)];
        }

        private String space() {
            return pick("", " ", "\t", "\n ");
        }

        /** Reserved words are written in any case. */
        private String word(String reserved) {
            return random.nextBoolean() ? reserved : reserved.toLowerCase(java.util.Locale.ROOT);
        }

        Map<String, Object> message() {
            Map<String, Object> message = new HashMap<>();
            message.put("yes", true);
            message.put("no", false);
            message.put("s1", pick("a", "b", "c"));
            message.put("s2", pick("a", "it's"));
            message.put("i1", (long) random.nextInt(5));
            message.put("i2", (long) -random.nextInt(5));
            message.put("d1", random.nextInt(8) / 2.0);
            return message;
        }
    }

    private static @Nullable Object calculated(@Nullable Object left, String operator, @Nullable Object right) {
        if (!(left instanceof Number a) || !(right instanceof Number b)) return null;
        boolean exact = a instanceof Long && b instanceof Long;
        if (exact && operator.equals("/") && b.longValue() == 0) return null;
        return switch (operator) {
            case "+" -> exact ? (Object) (a.longValue() + b.longValue()) : (Object) (a.doubleValue() + b.doubleValue());
            case "-" -> exact ? (Object) (a.longValue() - b.longValue()) : (Object) (a.doubleValue() - b.doubleValue());
            case "*" -> exact ? (Object) (a.longValue() * b.longValue()) : (Object) (a.doubleValue() * b.doubleValue());
            default -> exact ? (Object) (a.longValue() / b.longValue()) : (Object) (a.doubleValue() / b.doubleValue());
        };
    }

    private static @Nullable Boolean compared(@Nullable Object left, String operator, @Nullable Object right) {
        if (left == null || right == null) return null;
        if (left instanceof Number a && right instanceof Number b) {
            double x = a.doubleValue(); // the numbers here are small, so no long loses anything
            double y = b.doubleValue();
            return switch (operator) {
                case "=" -> x == y;
                case "<>" -> x != y;
                case "<" -> x < y;
                case "<=" -> x <= y;
                case ">" -> x > y;
                default -> x >= y;
            };
        }
        if (!left.getClass().equals(right.getClass())) return false;
        return switch (operator) {
            case "=" -> left.equals(right);
            case "<>" -> !left.equals(right);
            default -> false;
        };
    }

    @Test
    void meansWhatItsGrammarSays() {
        int matched = 0;
        int rounds = 50_000;
        for (long seed = 0; seed < rounds; seed++) {
            Generator generator = new Generator(seed);
            Generated selector = generator.condition(3);
            Map<String, Object> message = generator.message();
            boolean expected = Boolean.TRUE.equals(selector.condition(message));
            String about = "seed " + seed + ": " + selector.text() + " on " + message;
            Filter filter = assertDoesNotThrow(() -> Filter.ofSelector(selector.text()), about);
            assertEquals(expected, filter.matches(new MapSelectable(message)), about);
            if (expected) matched++;
        }
        assertTrue(matched > rounds / 10 && matched < rounds * 9 / 10, matched + " of " + rounds + " matched");
    }

    @Test
    void anyDamageIsReadOrRefusedInWords() {
        String characters = "ab1.'\"()<>=+-*/,% \t!\\\0é";
        for (long seed = 0; seed < 50_000; seed++) {
            Generator generator = new Generator(seed);
            StringBuilder text = new StringBuilder(generator.condition(2).text());
            for (int edits = 1 + generator.random.nextInt(3); edits > 0 && !text.isEmpty(); edits--) {
                int at = generator.random.nextInt(text.length());
                if (generator.random.nextBoolean()) text.deleteCharAt(at);
                else text.insert(at, characters.charAt(generator.random.nextInt(characters.length())));
            }
            try {
                Filter.ofSelector(text.toString()).matches(new MapSelectable(generator.message()));
            } catch (FilterSyntaxException e) {
                assertTrue(e.column() >= 1 && e.column() <= text.length() + 1, "seed " + seed + ": " + text);
            }
        }
    }
}
