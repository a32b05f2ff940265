/** The real broker process as tests start, kill and ask it, and the one way in which tests wait. */
@NullMarked
package io.signalbox.conformance.process;

import org.jspecify.annotations.NullMarked;
