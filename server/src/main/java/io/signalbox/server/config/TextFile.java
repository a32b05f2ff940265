package io.signalbox.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that an operator has written with any editor. Stateless. */
public final class TextFile {

    /** Some editors begin a file with a mark that says it is UTF-8. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private TextFile() {}

    /**
     * The file's text without such a mark.
     *
     * @throws java.nio.charset.CharacterCodingException if it is not UTF-8
     */
    public static String read(Path file) throws IOException {
        String text = Files.readString(file);
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text;
    }
}
