/** What the core asks of durable storage: one log behind a few small interfaces. */
@NullMarked
package io.signalbox.broker.store;

import org.jspecify.annotations.NullMarked;
