/** The first two minutes with Signalbox: the launcher, what it prints, how it fails and stops. */
@NullMarked
package io.signalbox.conformance.start;

import org.jspecify.annotations.NullMarked;
