/** Settings: one table of keys, and the values a file and flags give them. */
@NullMarked
package io.signalbox.server.config;

import org.jspecify.annotations.NullMarked;
