package io.signalbox.conformance.foreign;

import io.signalbox.conformance.house.Checkout;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A client that is not on the class path, and how to find out whether it is installed. Where it is not, its tests say so and
 * are skipped, or fail with {@code -Dsignalbox.requireClients=true}.
 */
public enum ForeignClient {
    PAHO_PYTHON("paho-mqtt", List.of("python3", "-c", "import paho.mqtt.client"), "python3", "paho_driver.py"),
    MQTT_JS("mqtt.js", List.of("node", "-e", "require('mqtt')"), "node", "mqttjs_driver.js"),
    RHEA("rhea", List.of("node", "-e", "require('rhea')"), "node", "rhea_driver.js"),
    PROTON_PYTHON(
            "python3-qpid-proton",
            List.of("/usr/bin/python3", "-c", "import proton"),
            "/usr/bin/python3",
            "proton_driver.py"),
    MOSQUITTO("mosquitto-clients", List.of("mosquitto_rr", "--version"), "mosquitto_sub", "");

    private static final String REQUIRED = "signalbox.requireClients";
    private static final String DIRECTORY = "signalbox.clients";
    private static final long PROBE_SECONDS = 60;
    private static final Map<ForeignClient, Boolean> INSTALLED = new ConcurrentHashMap<>();

    private final String product;
    private final List<String> probe;
    private final String interpreter;
    private final String script;

    ForeignClient(String product, List<String> probe, String interpreter, String script) {
        this.product = product;
        this.probe = probe;
        this.interpreter = interpreter;
        this.script = script;
    }

    /** Returns where the client is installed; where it is not, the calling test is skipped, or fails. */
    public void require() {
        if (INSTALLED.computeIfAbsent(this, ForeignClient::isInstalledOrSaidOnce)) return;
        if (Boolean.getBoolean(REQUIRED)) throw new AssertionError(sentence() + ", and " + REQUIRED + " is set");
        Assumptions.abort("skipped: " + sentence());
    }

    private boolean isInstalled() {
        try {
            Process process = prepare(probe)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            // mosquitto's clients end with 1 after --version.
            return process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) && (this == MOSQUITTO || process.exitValue() == 0);
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isInstalledOrSaidOnce() {
        boolean installed = isInstalled();
        if (!installed) System.out.println(sentence() + "; its tests are skipped");
        return installed;
    }

    private String sentence() {
        return product + " is not installed; .ci/clients installs it";
    }

    /** The program that drives this client. */
    ProcessBuilder driver() {
        return prepare(List.of(interpreter, resource(script).toString()));
    }

    private static ProcessBuilder prepare(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        Path installed = Path.of(System.getProperty(
                DIRECTORY, Checkout.root().resolve("target/clients").toString()));
        builder.environment().put("NODE_PATH", installed.resolve("node_modules").toString());
        builder.environment().put("PYTHONPATH", installed.resolve("python").toString());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        return builder;
    }

    private static Path resource(String name) {
        URL url = ForeignClient.class.getResource("/clients/" + name);
        if (url == null) throw new IllegalStateException("no resource clients/" + name);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return product;
    }
}
