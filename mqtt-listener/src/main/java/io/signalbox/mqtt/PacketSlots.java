package io.signalbox.mqtt;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The packet identifiers in use towards one client, and what each stands for. An identifier's slot is its lower bits, so
 * finding one costs nothing and needs no map. Confined to the session's loop.
 */
final class PacketSlots {

    private static final int FIRST_SLOTS = 8;
    private static final int LAST_PACKET_ID = 0xFFFF;
    private static final @Nullable Outgoing[] NONE = {};

    private final int mostSlots;
    private @Nullable Outgoing[] slots = NONE;
    private int used;
    private int lastPacketId;

    /** @param most the largest window any connection of this session may have */
    PacketSlots(int most) {
        this.mostSlots = Math.max(FIRST_SLOTS, Integer.highestOneBit(Math.max(1, most * 2 - 1)));
    }

    boolean hasRoom() {
        return used < mostSlots;
    }

    @Nullable
    Outgoing find(int packetId) {
        if (slots.length == 0) return null;
        Outgoing there = slots[slotOf(packetId)];
        return there == null || there.packetId != packetId ? null : there;
    }

    /** MQTT-2.2.1-3, MQTT-2.2.1-4: an identifier that is not zero and not in use. There is room. */
    Outgoing take(int qos) {
        if (used == slots.length) grow();
        do {
            lastPacketId = lastPacketId == LAST_PACKET_ID ? 1 : lastPacketId + 1;
        } while (slots[slotOf(lastPacketId)] != null);
        return put(new Outgoing(lastPacketId, qos));
    }

    /** One that is in use since an earlier life. There may have been more room then. */
    Outgoing put(Outgoing message) {
        while (slots.length == 0 || slots[slotOf(message.packetId)] != null) grow();
        // The numbers go on where an earlier life was: mosquitto's clients keep a second copy of what came twice,
        // and take it for the next message with its identifier.
        if (used == 0 || isAhead(message.packetId)) lastPacketId = message.packetId;
        slots[slotOf(message.packetId)] = message;
        used++;
        return message;
    }

    /** Whether the way from the last identifier up to this one, over the end of the numbers, is the shorter one. */
    private boolean isAhead(int packetId) {
        return (packetId - lastPacketId & LAST_PACKET_ID) <= LAST_PACKET_ID / 2;
    }

    void free(Outgoing message) {
        message.step = Outgoing.Step.ENDED;
        slots[slotOf(message.packetId)] = null;
        used--;
    }

    /** Visits all; the visited one may be freed. */
    void forEach(Consumer<Outgoing> visitor) {
        for (Outgoing message : slots) {
            if (message != null) visitor.accept(message);
        }
    }

    private void grow() {
        if (slots.length > LAST_PACKET_ID) throw new IllegalStateException(used + " packet identifiers in use");
        @Nullable Outgoing[] before = slots;
        slots = new Outgoing[Math.max(FIRST_SLOTS, before.length * 2)];
        for (Outgoing message : before) {
            // Identifiers that differed in fewer bits still differ.
            if (message != null) slots[slotOf(message.packetId)] = message;
        }
    }

    private int slotOf(int packetId) {
        return packetId & (slots.length - 1);
    }
}
