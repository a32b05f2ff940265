/** As much of an AMQP 1.0 client as a load needs: one session, a sender and a receiver, pre-encoded transfers. */
@NullMarked
package io.signalbox.benchmarks.amqp;

import org.jspecify.annotations.NullMarked;
