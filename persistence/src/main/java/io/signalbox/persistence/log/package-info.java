/** The log as segments of bytes: the port the engine writes to, its on-disk format, and the store over files. */
@NullMarked
package io.signalbox.persistence.log;

import org.jspecify.annotations.NullMarked;
