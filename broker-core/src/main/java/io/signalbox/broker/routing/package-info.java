/** From an address to destinations: exchanges, bindings, the topic tree. */
@NullMarked
package io.signalbox.broker.routing;

import org.jspecify.annotations.NullMarked;
