/** The command that measures brokers: which workloads there are, which targets, and in what order they are run. */
@NullMarked
package io.signalbox.benchmarks;

import org.jspecify.annotations.NullMarked;
