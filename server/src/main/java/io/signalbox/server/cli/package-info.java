/** The command line: each verb a class, each ending an exit code. */
@NullMarked
package io.signalbox.server.cli;

import org.jspecify.annotations.NullMarked;
