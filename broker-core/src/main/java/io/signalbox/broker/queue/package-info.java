/** Queues: a mailbox, the rules, acquisitions and who gets the next message. */
@NullMarked
package io.signalbox.broker.queue;

import org.jspecify.annotations.NullMarked;
