package io.signalbox.broker.filter;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message that has these properties and fields, the latter under their names in a selector. */
record MapSelectable(Map<String, Object> values) implements Selectable {

    @Override
    public @Nullable Object field(Field field) {
        return values.get(field.selectorName());
    }

    @Override
    public @Nullable Object property(String name) {
        return values.get(name);
    }
}
