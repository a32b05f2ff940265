/**
 * The core that all protocols meet in: virtual hosts, exchanges, queues, publishers, receipts.
 *
 * <p>Nothing here knows a protocol, a socket or a file. Listeners come in through {@link io.signalbox.broker.Broker},
 * storage goes out through {@link io.signalbox.broker.store.MessageStore}.
 */
@NullMarked
package io.signalbox.broker;

import org.jspecify.annotations.NullMarked;
