/** The Unix socket by which the command line talks to a running broker. */
@NullMarked
package io.signalbox.server.control;

import org.jspecify.annotations.NullMarked;
