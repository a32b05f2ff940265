/** What all protocols have in common: messages that can be told apart, windows, rates, and what came back. */
@org.jspecify.annotations.NullMarked
package io.signalbox.benchmarks.load;
