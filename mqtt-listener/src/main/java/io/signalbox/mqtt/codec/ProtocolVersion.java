package io.signalbox.mqtt.codec;

import java.util.Optional;

/** The MQTT versions spoken here, with the protocol name and level that announce them in CONNECT (§3.1.2.1, §3.1.2.2). */
public enum ProtocolVersion {
    V3_1("MQIsdp", 3),
    V3_1_1("MQTT", 4),
    V5("MQTT", 5);

    /** Set in the level by bridges (Mosquitto's {@code try_private}); it says who connects, not which version. */
    static final int BRIDGE_BIT = 0x80;

    private final String protocolName;
    private final int level;

    ProtocolVersion(String protocolName, int level) {
        this.protocolName = protocolName;
        this.level = level;
    }

    public String protocolName() {
        return protocolName;
    }

    public int level() {
        return level;
    }

    public boolean isV5() {
        return this == V5;
    }

    static boolean isProtocolName(String name) {
        return name.equals("MQTT") || name.equals("MQIsdp");
    }

    /** The version with this name and level; the level without {@link #BRIDGE_BIT}. */
    static Optional<ProtocolVersion> of(String protocolName, int level) {
        for (ProtocolVersion version : values()) {
            if (version.level == level && version.protocolName.equals(protocolName)) return Optional.of(version);
        }
        return Optional.empty();
    }
}
