/** What goes from queues by itself: messages whose time is over, and what is beyond a queue's limits. */
@NullMarked
package io.signalbox.conformance.retention;

import org.jspecify.annotations.NullMarked;
