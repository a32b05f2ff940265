/** Peers whose every frame the test controls: an AMQP 1.0 connection on the protonj2 engine, and a bare MQTT publisher. */
@NullMarked
package io.signalbox.conformance.peer;

import org.jspecify.annotations.NullMarked;
