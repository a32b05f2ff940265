package io.signalbox.conformance.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** How our code reads, as far as a program can tell. A message names the file, the line and the rule. */
class HouseRulesTest {

    private static final int LONGEST_FILE = 800;
    private static final int QUESTIONED_FILE = 400;
    private static final int LONGEST_METHOD = 70;

    /** Files longer than {@link #QUESTIONED_FILE} lines, each with the reason why it is one piece. */
    private static final Map<String, String> LONG_FOR_A_REASON = Map.of();

    private static final Pattern BANNED_TYPE_NAME =
            Pattern.compile("(Abstract|Base)\\w*|\\w*(Impl|Helper|Manager|Utils?|Data|Info|Base)");

    private static final Pattern BANNED_WORD = Pattern.compile("\\b(TODO|FIXME|XXX|HACK)\\b");

    private static final Pattern SLEEP = Pattern.compile("Thread\\s*\\.\\s*sleep|TimeUnit\\.\\w+\\.sleep");

    private static final Pattern LOCK = Pattern.compile(
            "\\bsynchronized\\s*[({]|\\bsynchronized\\s+\\w|\\bReentrant\\w*Lock\\b|\\bStampedLock\\b|\\.wait\\(\\)|\\.notify(All)?\\(");

    /** State there is confined to event loops or handed over by mailboxes. */
    private static final Set<String> WITHOUT_LOCKS = Set.of("broker-core", "amqp-listener", "mqtt-listener");

    private static final List<String> KINDS = List.of("main", "test");

    private final List<String> violations = new ArrayList<>();

    private static String name(Path file) {
        return Checkout.root().relativize(file).toString();
    }

    private void verify() {
        assertFalse(Checkout.modules().isEmpty(), "no modules found");
        assertEquals("", String.join("\n", violations));
    }

    private void findInLines(Path file, Pattern pattern, String rule) {
        List<String> lines = Checkout.lines(file);
        for (int i = 0; i < lines.size(); i++) {
            Matcher matcher = pattern.matcher(lines.get(i));
            if (matcher.find()) violations.add(name(file) + ":" + (i + 1) + " " + rule + ": " + matcher.group());
        }
    }

    private static boolean isThisFile(Path file) {
        return file.endsWith("HouseRulesTest.java");
    }

    @Test
    void nothingIsLeftForLater() {
        for (Path module : Checkout.modules()) {
            for (String kind : KINDS) {
                for (Path file : Checkout.javaFiles(module, kind)) {
                    if (!isThisFile(file)) findInLines(file, BANNED_WORD, "finish it or open an issue");
                }
            }
        }
        verify();
    }

    @Test
    void noTestSleeps() {
        for (Path module : Checkout.modules()) {
            for (String kind : KINDS) {
                for (Path file : Checkout.javaFiles(module, kind)) {
                    if (!isThisFile(file)) findInLines(file, SLEEP, "wait for a condition instead");
                }
            }
        }
        verify();
    }

    @Test
    void coreAndListenersHaveNoLocks() {
        for (Path module : Checkout.modules()) {
            if (!WITHOUT_LOCKS.contains(String.valueOf(module.getFileName()))) continue;
            for (Path file : Checkout.javaFiles(module, "main")) {
                List<String> code = new ArrayList<>();
                for (String line : Checkout.lines(file)) code.add(line.replaceAll("^\\s*(\\*|/\\*|//).*", ""));
                for (int i = 0; i < code.size(); i++) {
                    if (LOCK.matcher(code.get(i)).find()) violations.add(name(file) + ":" + (i + 1) + " no locks here");
                }
            }
        }
        verify();
    }

    @Test
    void typesAreNamedByWhatTheyAre() {
        for (Path module : Checkout.modules()) {
            for (String kind : KINDS) {
                for (Path file : Checkout.javaFiles(module, kind)) {
                    for (SourceFile.Type type : SourceFile.parse(file).types()) {
                        if (BANNED_TYPE_NAME.matcher(type.name()).matches()) {
                            violations.add(name(file) + ":" + type.line() + " says nothing: " + type.name());
                        }
                    }
                }
            }
        }
        verify();
    }

    @Test
    void filesAreShort() {
        for (Path module : Checkout.modules()) {
            for (String kind : KINDS) {
                for (Path file : Checkout.javaFiles(module, kind)) {
                    int lines = Checkout.lines(file).size();
                    boolean excused = LONG_FOR_A_REASON.containsKey(name(file));
                    if (lines > LONGEST_FILE || lines > QUESTIONED_FILE && kind.equals("main") && !excused) {
                        violations.add(name(file) + " has " + lines + " lines: is it one thing?");
                    }
                    if (lines <= QUESTIONED_FILE && excused) violations.add(name(file) + " needs no excuse any more");
                }
            }
        }
        verify();
    }

    @Test
    void methodsAreShort() {
        for (Path module : Checkout.modules()) {
            for (Path file : Checkout.javaFiles(module, "main")) {
                for (SourceFile.Method method : SourceFile.parse(file).methods()) {
                    if (method.lines() > LONGEST_METHOD) {
                        violations.add(name(file) + ":" + method.line() + " " + method.name() + " has " + method.lines()
                                + " lines");
                    }
                }
            }
        }
        verify();
    }

    @Test
    void publicCallsTakeNoBooleans() {
        for (Path module : Checkout.modules()) {
            for (Path file : Checkout.javaFiles(module, "main")) {
                for (SourceFile.Method method : SourceFile.parse(file).methods()) {
                    if (method.isPublicCallWithBoolean()) {
                        violations.add(name(file) + ":" + method.line() + " " + method.name()
                                + " takes a boolean: name the two cases");
                    }
                }
            }
        }
        verify();
    }

    @Test
    void everyFileSaysFirstWhatItIs() {
        for (Path module : Checkout.modules()) {
            for (Path file : Checkout.javaFiles(module, "main")) {
                for (SourceFile.Type type : SourceFile.parse(file).types()) {
                    if (type.isTopLevel() && !type.isDocumented()) {
                        violations.add(name(file) + ":" + type.line() + " " + type.name() + " has no Javadoc");
                    }
                }
            }
        }
        verify();
    }

    @Test
    void everyPackageIsDescribedAndNullMarked() {
        for (Path module : Checkout.modules()) {
            Set<Path> packages = new TreeSet<>();
            for (Path file : Checkout.javaFiles(module, "main")) {
                if (!file.endsWith("package-info.java")) packages.add(file.getParent());
            }
            for (Path directory : packages) {
                Path description = directory.resolve("package-info.java");
                if (!Files.exists(description)) {
                    violations.add(name(directory) + " has no package-info.java");
                } else if (!String.join("\n", Checkout.lines(description)).contains("@NullMarked")) {
                    violations.add(name(description) + " is not @NullMarked");
                }
            }
        }
        verify();
    }
}
