/** Messages that are too large to be in memory, through the real process with a small heap. */
@org.jspecify.annotations.NullMarked
package io.signalbox.conformance.large;
