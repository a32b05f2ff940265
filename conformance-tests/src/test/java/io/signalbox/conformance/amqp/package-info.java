/** AMQP 1.0 by its sections: frames that a test writes itself, and each frame of the answer. */
@NullMarked
package io.signalbox.conformance.amqp;

import org.jspecify.annotations.NullMarked;
