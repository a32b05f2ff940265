/** The one hand-over structure between threads. */
@NullMarked
package io.signalbox.broker.concurrent;

import org.jspecify.annotations.NullMarked;
