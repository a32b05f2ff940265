/** One running broker: what is started, in which order, and how it stops. */
@NullMarked
package io.signalbox.server.node;

import org.jspecify.annotations.NullMarked;
