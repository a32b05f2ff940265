package io.signalbox.broker.queue;

/** All that {@link DispatcherTest} says holds with chunks of four slots, and with four late entries remembered, too. */
class TinyChunksTest extends DispatcherTest {

    @Override
    int slotBits() {
        return 2;
    }
}
