/**
 * Peers that mean harm: each attack class of both protocols on the real process, while a probe on other connections measures
 * what everybody else feels of it.
 */
@NullMarked
package io.signalbox.conformance.hostile;

import org.jspecify.annotations.NullMarked;
