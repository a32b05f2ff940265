package io.signalbox.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SettingsDocumentTest {

    /** Rewrites the page when the system property {@code docs.write} is set. */
    @Test
    void theDocumentationSaysWhatTheTableSays() throws Exception {
        Path page = Path.of("..", "docs", "configuration.md");
        if (Boolean.getBoolean("docs.write")) Files.writeString(page, SettingsDocument.markdown());
        assertEquals(
                SettingsDocument.markdown(),
                Files.readString(page),
                "docs/configuration.md is written by: mvn test -pl server -am -Dtest=SettingsDocumentTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dsurefire.jvm=-Ddocs.write=true");
    }
}
