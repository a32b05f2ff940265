/** The event loops and the kinds of channel that all ports of one broker share. */
@NullMarked
package io.signalbox.server.net;

import org.jspecify.annotations.NullMarked;
