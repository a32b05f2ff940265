/** Collections that cost next to nothing while they hold next to nothing. */
@NullMarked
package io.signalbox.broker.collection;

import org.jspecify.annotations.NullMarked;
