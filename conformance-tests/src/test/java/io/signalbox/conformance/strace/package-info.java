/**
 * The promise seen from outside the process: in a trace of the broker's system calls, the force that covers a message ends
 * before the message's answer is written to the socket.
 */
@NullMarked
package io.signalbox.conformance.strace;

import org.jspecify.annotations.NullMarked;
