/**
 * The crash campaign: clients of both protocols at work on a real process that is killed at random moments, and a journal
 * on the clients' side that says what every restart must bring back and must not.
 */
@NullMarked
package io.signalbox.conformance.crash;

import org.jspecify.annotations.NullMarked;
