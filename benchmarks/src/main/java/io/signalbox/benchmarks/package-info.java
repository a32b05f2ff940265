/** The command that measures brokers: which workloads there are, which targets, and in what order they are run. */
@org.jspecify.annotations.NullMarked
package io.signalbox.benchmarks;
