/** As much of an AMQP 1.0 client as a load needs: one session, a sender and a receiver, pre-encoded transfers. */
@org.jspecify.annotations.NullMarked
package io.signalbox.benchmarks.amqp;
