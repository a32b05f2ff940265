/** Placeholder. */
@org.jspecify.annotations.NullMarked
package io.signalbox.testkit;
