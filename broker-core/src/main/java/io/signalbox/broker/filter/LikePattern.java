package io.signalbox.broker.filter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The pattern of a LIKE: {@code _} is any one character, {@code %} any number of them. Immutable. Every state the pattern can
 * be in is a bit, and all are stepped at once, so that no pattern makes a text cost more than its length times a word for each
 * 64 characters of the pattern.
 */
final class LikePattern {

    /** A text may be as long as a message; the pattern is what multiplies it. */
    static final int MAX_CHARS = 1024;

    private static final int ANY_ONE = -1;

    private final int words;
    private final int end;

    /** Bit i: between the first i characters and the next, anything may stand. */
    private final long[] stays;

    /** Bit i: character i of the pattern is this one or any. */
    private final Map<Integer, long[]> steps = new HashMap<>();

    private final long[] anyStep;

    private LikePattern(List<Integer> characters, List<Integer> gaps) {
        this.end = characters.size();
        this.words = end / Long.SIZE + 1;
        this.stays = new long[words];
        this.anyStep = new long[words];
        for (int gap : gaps) set(stays, gap);
        for (int i = 0; i < end; i++) {
            if (characters.get(i) == ANY_ONE) set(anyStep, i);
        }
        for (int i = 0; i < end; i++) {
            int character = characters.get(i);
            if (character != ANY_ONE) set(steps.computeIfAbsent(character, c -> anyStep.clone()), i);
        }
    }

    /**
     * Reads a pattern.
     *
     * @param escape the character that takes the meaning from the one after it; negative if there is none
     * @throws IllegalArgumentException if the pattern ends in the escape character
     */
    static LikePattern of(String pattern, int escape) {
        List<Integer> characters = new ArrayList<>();
        List<Integer> gaps = new ArrayList<>();
        int[] points = pattern.codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            if (points[i] == escape) {
                if (++i == points.length)
                    throw new IllegalArgumentException("the pattern ends in its escape character");
                characters.add(points[i]);
            } else if (points[i] == '%') {
                gaps.add(characters.size());
            } else {
                characters.add(points[i] == '_' ? ANY_ONE : points[i]);
            }
        }
        return new LikePattern(characters, gaps);
    }

    boolean matches(String text) {
        long[] states = new long[words];
        states[0] = 1;
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            i += Character.charCount(character);
            if (!step(states, steps.getOrDefault(character, anyStep))) return false;
        }
        return (states[end / Long.SIZE] & (1L << end)) != 0;
    }

    /** False if no state is left. */
    private boolean step(long[] states, long[] allowed) {
        long carry = 0;
        long alive = 0;
        for (int w = 0; w < words; w++) {
            long moved = states[w] & allowed[w];
            long next = (moved << 1) | carry | (states[w] & stays[w]);
            carry = moved >>> (Long.SIZE - 1);
            states[w] = next;
            alive |= next;
        }
        return alive != 0;
    }

    private static void set(long[] bits, int index) {
        bits[index / Long.SIZE] |= 1L << index;
    }
}
