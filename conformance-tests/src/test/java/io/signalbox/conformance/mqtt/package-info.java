/** The clauses of MQTT 5.0 and 3.1.1, chapter by chapter, asked of the broker in packets written out byte by byte. */
@NullMarked
package io.signalbox.conformance.mqtt;

import org.jspecify.annotations.NullMarked;
