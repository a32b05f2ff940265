/** The clients a Debian user has at hand, as processes of their own: mosquitto-clients and python3-qpid-proton. */
@NullMarked
package io.signalbox.conformance.debian;

import org.jspecify.annotations.NullMarked;
