/** What a broker holds while nothing happens, and how long it takes to start: figures with the goals for this project's own. */
@NullMarked
package io.signalbox.benchmarks.memory;

import org.jspecify.annotations.NullMarked;
