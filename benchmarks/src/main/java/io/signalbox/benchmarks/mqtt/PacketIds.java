package io.signalbox.benchmarks.mqtt;

/** The packet identifiers of one sender and how far each is (MQTT 3.1.1 §2.3.1). Confined to its connection. */
final class PacketIds {

    static final byte FREE = 0;
    static final byte PUBLISHED = 1;
    static final byte RELEASED = 2;

    private static final int HIGHEST = 65_535;

    private final byte[] state = new byte[HIGHEST + 1];
    private int last;
    private int taken;

    int taken() {
        return taken;
    }

    int free() {
        return HIGHEST - taken;
    }

    /** Takes the next free one after the last; there must be one. */
    int take() {
        do {
            last = last == HIGHEST ? 1 : last + 1; // MQTT-2.3.1-1: never 0
        } while (state[last] != FREE);
        state[last] = PUBLISHED;
        taken++;
        return last;
    }

    byte state(int packetId) {
        return state[packetId];
    }

    void release(int packetId) {
        state[packetId] = RELEASED;
    }

    void free(int packetId) {
        state[packetId] = FREE;
        taken--;
    }
}
