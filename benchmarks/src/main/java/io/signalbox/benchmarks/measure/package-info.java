/** What a run costs and yields: CPU and memory of processes, medians and spreads, the table. */
@NullMarked
package io.signalbox.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
