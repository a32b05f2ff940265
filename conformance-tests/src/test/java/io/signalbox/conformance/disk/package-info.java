/** What the log leaves on disk after much more has gone through it than may stay. */
@NullMarked
package io.signalbox.conformance.disk;

import org.jspecify.annotations.NullMarked;
