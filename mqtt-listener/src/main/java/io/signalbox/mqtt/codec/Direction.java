package io.signalbox.mqtt.codec;

/** Which way a packet travels: some packets, and some properties in them, go only one way. */
public enum Direction {
    TO_SERVER,
    TO_CLIENT
}
