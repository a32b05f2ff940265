/** What the log needs of a file system, and the real one. */
@NullMarked
package io.signalbox.persistence.disk;

import org.jspecify.annotations.NullMarked;
