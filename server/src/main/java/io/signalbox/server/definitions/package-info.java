/** A file that says which users, queues, exchanges and bindings there have to be and which policies hold, and how that is brought about. */
@NullMarked
package io.signalbox.server.definitions;

import org.jspecify.annotations.NullMarked;
