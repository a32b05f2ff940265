/** The entry point of the Signalbox application. */
@NullMarked
package io.signalbox.server;

import org.jspecify.annotations.NullMarked;
