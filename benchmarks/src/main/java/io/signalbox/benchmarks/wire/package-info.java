/** One event loop for all connections of the generator, and frames cut from what they read. */
@org.jspecify.annotations.NullMarked
package io.signalbox.benchmarks.wire;
