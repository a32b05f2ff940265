package io.signalbox.amqp;

/** Something that may find the peer at fault. */
interface ThrowingTask {
    void run() throws Refusal;
}
