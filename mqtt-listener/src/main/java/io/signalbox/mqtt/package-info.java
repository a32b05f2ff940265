/** The MQTT listener: 3.1, 3.1.1 and 5.0 over netty, translated into the core's publishers and subscriptions. */
@NullMarked
package io.signalbox.mqtt;

import org.jspecify.annotations.NullMarked;
