/** The HTTP port: health, metrics, and upgrades for whoever speaks WebSocket. */
@NullMarked
package io.signalbox.server.http;

import org.jspecify.annotations.NullMarked;
