/**
 * MQTT QoS 2 under kill -9: a publisher and a subscriber that speak in raw packets, keep their session state in a file and
 * are killed as well, and a broker process that is killed in every gap of the handshake.
 */
@NullMarked
package io.signalbox.conformance.exactlyonce;

import org.jspecify.annotations.NullMarked;
