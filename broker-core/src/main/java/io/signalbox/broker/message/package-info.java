/** A message, its envelope and its body, and the neutral view one protocol has of another's message. */
@NullMarked
package io.signalbox.broker.message;

import org.jspecify.annotations.NullMarked;
