/** What a run costs and yields: CPU and memory of processes, medians and spreads, the table. */
@org.jspecify.annotations.NullMarked
package io.signalbox.benchmarks.measure;
