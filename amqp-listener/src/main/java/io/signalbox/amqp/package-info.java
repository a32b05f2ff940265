/**
 * The AMQP 1.0 listener: frames, sessions and links on netty, the broker's core behind them.
 *
 * <p>The state machine is this package's own; qpid-proton-j serves as AMQP type system and codec only. Every byte a peer
 * sends passes {@link io.signalbox.amqp.TypeWalk} before that codec sees it.
 */
@NullMarked
package io.signalbox.amqp;

import org.jspecify.annotations.NullMarked;
