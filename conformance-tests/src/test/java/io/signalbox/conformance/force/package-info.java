/** What leaves the broker while the disk has not answered yet: nothing that confirms. */
@NullMarked
package io.signalbox.conformance.force;

import org.jspecify.annotations.NullMarked;
