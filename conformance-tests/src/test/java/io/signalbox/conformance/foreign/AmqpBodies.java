package io.signalbox.conformance.foreign;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * What the bodies of the matrix are made of, in the types that a client's library has for what Java has none. Immutable.
 *
 * @param ints an array of ints as the library writes one
 */
record AmqpBodies(
        Function<String, Object> symbol,
        Function<byte[], Object> binary,
        Function<Byte, Object> ubyte,
        Function<Short, Object> ushort,
        Function<Integer, Object> uint,
        Function<Long, Object> ulong,
        Function<int[], Object> ints) {

    Map<Object, Object> map() {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("text", "value");
        map.put(symbol.apply("symbol"), 7L);
        map.put(ubyte.apply((byte) 1), null);
        map.put("nested", Map.of("list", List.of(1, 2)));
        return map;
    }

    /** Null comes first: protonj2 1.1.0 cannot write one after another element. */
    List<Object> list() {
        return Arrays.asList(null, 1, "two", false, List.of(3L), uint.apply(4));
    }

    List<Object> sequence() {
        return new ArrayList<>(List.of(1, "two", 3.0));
    }

    /** One of every primitive type that a client can write; null comes first, as in {@link #list}. */
    List<Object> primitives() {
        return Arrays.asList(
                null,
                true,
                ubyte.apply((byte) -1),
                ushort.apply((short) -1),
                uint.apply(-1),
                ulong.apply(-1L),
                Byte.MIN_VALUE,
                Short.MIN_VALUE,
                Integer.MIN_VALUE,
                Long.MIN_VALUE,
                1.5f,
                Math.PI,
                'ß',
                new Date(1_700_000_000_123L),
                new UUID(7, 7),
                binary.apply(new byte[] {0, -1}),
                "šß漢",
                symbol.apply("symbol"),
                List.of(),
                Map.of("a", 1),
                ints.apply(new int[] {1, 2, 3}));
    }
}
