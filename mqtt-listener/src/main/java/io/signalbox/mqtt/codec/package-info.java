/**
 * MQTT packets as values, and the bytes they are: a bounded reader, decoder and encoder for 3.1, 3.1.1 and 5.0.
 *
 * <p>Nothing here knows a socket, a session or the core's nodes; whatever a peer sends ends as a {@link
 * io.signalbox.mqtt.codec.Packet} or as a {@link io.signalbox.mqtt.codec.Refusal}. Clause ids without a version are
 * those of MQTT 5.0.
 */
@NullMarked
package io.signalbox.mqtt.codec;

import org.jspecify.annotations.NullMarked;
