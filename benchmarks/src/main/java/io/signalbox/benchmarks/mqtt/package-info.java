/** As much of an MQTT 3.1.1 and 5.0 client as a load needs: pre-encoded publishes, acknowledgements in batches. */
@NullMarked
package io.signalbox.benchmarks.mqtt;

import org.jspecify.annotations.NullMarked;
