/** What all protocols have in common: messages that can be told apart, windows, rates, and what came back. */
@NullMarked
package io.signalbox.benchmarks.load;

import org.jspecify.annotations.NullMarked;
