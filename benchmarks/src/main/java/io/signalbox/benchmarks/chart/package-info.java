/** Line charts as SVG, written without fonts or a display: whoever shows them has both. */
@NullMarked
package io.signalbox.benchmarks.chart;

import org.jspecify.annotations.NullMarked;
