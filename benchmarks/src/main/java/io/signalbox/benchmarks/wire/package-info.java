/** One event loop for all connections of the generator, and frames cut from what they read. */
@NullMarked
package io.signalbox.benchmarks.wire;

import org.jspecify.annotations.NullMarked;
