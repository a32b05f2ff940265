package io.signalbox.conformance.mqtt;

/** The versions of MQTT whose clauses are asked. */
enum Version {
    V3_1_1(4),
    V5(5);

    /** The protocol level in CONNECT, in hexadecimal. */
    final String level;

    Version(int level) {
        this.level = String.format("%02x", level);
    }

    boolean isV5() {
        return this == V5;
    }
}
