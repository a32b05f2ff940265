/** What tests of the broker stand on: a simulated disk, seeded histories, and the check that nothing promised is lost. */
@NullMarked
package io.signalbox.testkit;

import org.jspecify.annotations.NullMarked;
