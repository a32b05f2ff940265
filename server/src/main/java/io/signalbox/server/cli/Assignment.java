package io.signalbox.server.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What follows {@code --set}: a key and the value for it, as they were written. */
record Assignment(String key, String value) {

    /** Reads {@code key=value}; the value may have further equals signs in it. */
    static final class Reader implements ITypeConverter<Assignment> {
        @Override
        public Assignment convert(String text) {
            int equals = text.indexOf('=');
            if (equals < 1) throw new TypeConversionException("needs key=value, not \"" + text + "\"");
            return new Assignment(text.substring(0, equals), text.substring(equals + 1));
        }
    }

    @Override
    public String toString() {
        return key + "=" + value;
    }
}
