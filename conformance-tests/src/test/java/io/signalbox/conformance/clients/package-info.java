/** Standard client libraries against the real process: Qpid JMS, the HiveMQ MQTT client, and both meeting. */
@NullMarked
package io.signalbox.conformance.clients;

import org.jspecify.annotations.NullMarked;
