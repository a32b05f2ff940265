/** Who is let in, with the commands, clients and processes that people really use. */
@NullMarked
package io.signalbox.conformance.users;

import org.jspecify.annotations.NullMarked;
