/**
 * Clients of other houses, in other languages: each runs as a process of its own from a small program below {@code clients}
 * in the test resources, which does what it is told a line of JSON at a time. What they all must be able to do is written
 * once for MQTT and once for AMQP.
 */
@NullMarked
package io.signalbox.conformance.foreign;

import org.jspecify.annotations.NullMarked;
