/** Real clients over TLS, certificates replaced under them, and peers that speak the wrong thing. */
@NullMarked
package io.signalbox.conformance.tls;

import org.jspecify.annotations.NullMarked;
