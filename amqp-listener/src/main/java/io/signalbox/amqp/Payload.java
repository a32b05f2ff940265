package io.signalbox.amqp;

/** What follows the performative in its frame: the bytes from {@code from}, inclusive, to {@code to}, exclusive. */
record Payload(byte[] bytes, int from, int to) {

    int size() {
        return to - from;
    }
}
