/** As much of an AMQP 1.0 client as a load needs: one session, links, pre-encoded transfers. */
@NullMarked
package io.signalbox.benchmarks.amqp;

import org.jspecify.annotations.NullMarked;
