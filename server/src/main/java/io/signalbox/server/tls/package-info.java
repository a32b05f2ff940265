/** TLS: certificates in files, self-signed ones to begin with, and ports that speak it. */
@NullMarked
package io.signalbox.server.tls;

import org.jspecify.annotations.NullMarked;
