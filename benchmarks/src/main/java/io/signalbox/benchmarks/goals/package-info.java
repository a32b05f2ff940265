/** What is held to a goal: brokers of this checkout as processes of their own, figures, and the table of them. */
@NullMarked
package io.signalbox.benchmarks.goals;

import org.jspecify.annotations.NullMarked;
