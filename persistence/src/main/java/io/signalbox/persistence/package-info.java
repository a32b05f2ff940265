/** The durable store: one log engine over a port to segments, with its three threads. */
@NullMarked
package io.signalbox.persistence;

import org.jspecify.annotations.NullMarked;
