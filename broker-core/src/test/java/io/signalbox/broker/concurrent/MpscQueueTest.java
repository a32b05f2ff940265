package io.signalbox.broker.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MpscQueueTest {

    private static final class Item extends MpscQueue.Node {
        final int producer;
        final int number;

        Item(int producer, int number) {
            this.producer = producer;
            this.number = number;
        }
    }

    @Test
    void anEmptyQueueGivesNothing() {
        assertNull(new MpscQueue<Item>().poll());
    }

    @Test
    void itIsEmptyBeforeTheFirstAndAfterTheLast() {
        MpscQueue<Item> queue = new MpscQueue<>();
        assertTrue(queue.isEmpty());
        queue.offer(new Item(0, 1));
        assertFalse(queue.isEmpty());
        queue.offer(new Item(0, 2));
        queue.poll();
        assertFalse(queue.isEmpty());
        queue.poll();
        assertTrue(queue.isEmpty());
    }

    @Test
    void elementsLeaveInTheOrderTheyCame() {
        MpscQueue<Item> queue = new MpscQueue<>();
        Item first = new Item(0, 1);
        Item second = new Item(0, 2);
        queue.offer(first);
        queue.offer(second);
        assertSame(first, queue.poll());
        Item third = new Item(0, 3);
        queue.offer(third);
        assertSame(second, queue.poll());
        assertSame(third, queue.poll());
        assertNull(queue.poll());
    }

    @Test
    void anElementMayComeAgainAfterItWasTaken() {
        MpscQueue<Item> queue = new MpscQueue<>();
        Item item = new Item(0, 1);
        for (int i = 0; i < 3; i++) {
            queue.offer(item);
            assertSame(item, queue.poll());
            assertNull(queue.poll());
        }
    }

    @Test
    void nothingIsLostOrReorderedBetweenFourProducersAndAConsumer() throws Exception {
        int each = 200_000;
        MpscQueue<Item> queue = new MpscQueue<>();
        List<Thread> producers = new ArrayList<>();
        for (int p = 0; p < 4; p++) {
            int producer = p;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < each; i++) queue.offer(new Item(producer, i));
            });
            thread.start();
            producers.add(thread);
        }
        int[] next = new int[4];
        for (int taken = 0; taken < 4 * each; ) {
            Item item = queue.poll();
            if (item == null) continue;
            assertEquals(next[item.producer]++, item.number);
            taken++;
        }
        for (Thread thread : producers) thread.join();
        assertNull(queue.poll());
    }
}
