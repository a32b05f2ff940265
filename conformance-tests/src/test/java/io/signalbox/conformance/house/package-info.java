/** The rules of the house, checked: how the code reads and who may know whom. */
@NullMarked
package io.signalbox.conformance.house;

import org.jspecify.annotations.NullMarked;
