/** The last value of each topic, kept for those who subscribe later. */
@NullMarked
package io.signalbox.broker.retained;

import org.jspecify.annotations.NullMarked;
