package io.signalbox.conformance.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every clause of the specifications has a test or a reason; {@code target/clauses.md} of this module says which. */
class ClausesTest {

    private static final Path REPORT = Checkout.root().resolve("conformance-tests/target/clauses.md");

    private final ClauseCatalogue catalogue = ClauseCatalogue.read();
    private final ClauseTags tags = ClauseTags.read();

    @Test
    void everyClauseIsTestedOrHasAReason() throws IOException {
        List<String> tested = new ArrayList<>();
        List<String> untested = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        catalogue.clauses().forEach((id, words) -> {
            if (tags.isTested(id)) {
                tested.add("| " + id + " | " + words + " | " + String.join("<br>", tags.tests(id)) + " |");
            } else {
                String reason = catalogue.reason(id).orElse("");
                untested.add("| " + id + " | " + words + " | " + reason + " |");
                if (reason.isEmpty()) missing.add(id + " " + words);
            }
        });
        Files.createDirectories(REPORT.getParent());
        Files.writeString(REPORT, report(tested, untested));
        assertEquals(
                "", String.join("\n", missing), "clauses with neither a test (@Clause) nor a reason (untested.txt)");
    }

    private static String report(List<String> tested, List<String> untested) {
        return "# Clauses\n\nMQTT 5.0 and 3.1.1 by clause, AMQP 1.0 by section and number of ours. Written by the build.\n\n## Tested: "
                + tested.size()
                + "\n\n| Clause | About | Tests |\n|---|---|---|\n" + String.join("\n", tested)
                + "\n\n## Untested: " + untested.size() + "\n\n| Clause | About | Why |\n|---|---|---|\n"
                + String.join("\n", untested) + "\n";
    }

    @Test
    void everyTagNamesAClauseThatExists() {
        List<String> unknown = new ArrayList<>();
        for (String id : tags.clauses()) {
            if (!catalogue.clauses().containsKey(id)) unknown.add(id + " in " + tags.tests(id));
        }
        assertEquals("", String.join("\n", unknown), "clauses that do not exist");
    }

    @Test
    void noReasonOutlivesItsClause() {
        assertEquals(
                List.of(), catalogue.reasonsWithoutAClause(tags::isTested), "lines of untested.txt without a clause");
    }
}
