package io.signalbox.benchmarks.mqtt;

/** The versions that a load can speak, by the protocol level of CONNECT. */
public enum MqttVersion {
    V3_1_1(4),
    V5_0(5);

    private final int level;

    MqttVersion(int level) {
        this.level = level;
    }

    int level() {
        return level;
    }

    boolean hasProperties() {
        return this == V5_0;
    }
}
