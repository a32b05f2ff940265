/** What the log costs and stands: rows with a goal each, measured on a broker process that they start, kill and start again. */
@NullMarked
package io.signalbox.benchmarks.storage;

import org.jspecify.annotations.NullMarked;
