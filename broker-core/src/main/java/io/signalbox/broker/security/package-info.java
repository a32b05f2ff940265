/** The ports through which identities and permissions are asked for. */
@NullMarked
package io.signalbox.broker.security;

import org.jspecify.annotations.NullMarked;
