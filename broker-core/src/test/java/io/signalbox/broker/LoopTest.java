package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.broker.store.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes wrong for one on a loop stays with that one. */
class LoopTest {

    private final MemoryStore store = new MemoryStore();
    private final TestLoops.Queue tasks = new TestLoops().add();
    private final Loop loop = new Loop(tasks, store);
    private final List<String> seen = new ArrayList<>();

    private LoopEvent event(Runnable action) {
        return new LoopEvent() {
            @Override
            protected void onLoop() {
                action.run();
            }
        };
    }

    @Test
    void anEventThatThrowsDoesNotKeepTheNextFromRunning() {
        loop.post(event(() -> {
            throw new IllegalStateException("a listener's mistake");
        }));
        loop.post(event(() -> {
            throw new StackOverflowError("a listener's depth");
        }));
        loop.post(event(() -> seen.add("next")));
        assertThrows(StackOverflowError.class, tasks::runAll, "whoever runs the loop hears of it");
        loop.post(event(() -> seen.add("later")));
        tasks.runAll();
        assertEquals(List.of("next", "later"), seen);
    }

    @Test
    void aFlushThatThrowsDoesNotKeepTheNextFromFlushing() {
        loop.post(event(() -> {
            for (String name : List.of("bad", "good")) {
                loop.touch(new Loop.Flushable() {
                    @Override
                    protected void flush() {
                        if (name.equals("bad")) throw new AssertionError(name);
                        seen.add(name);
                    }
                });
            }
        }));
        assertThrows(AssertionError.class, tasks::runAll);
        assertEquals(List.of("good"), seen);
    }

    @Test
    void whatIsTouchedLastIsFlushedBehindTheOthers() {
        loop.touchLast(flushable("answers"));
        assertFalse(loop.hasEvents());
        loop.post(event(() -> loop.touch(flushable("messages"))));
        assertTrue(loop.hasEvents());
        tasks.runAll();
        assertEquals(List.of("messages", "answers"), seen);
        assertFalse(loop.hasEvents());
        loop.post(event(() -> {}));
        tasks.runAll();
        assertEquals(List.of("messages", "answers"), seen);
    }

    private Loop.Flushable flushable(String name) {
        return new Loop.Flushable() {
            @Override
            protected void flush() {
                seen.add(name);
            }
        };
    }

    @Test
    void aReceiverThatThrowsDoesNotHoldUpTheAnswersBehindIt() {
        store.hold();
        Receipts receipts = loop.receipts();
        receipts.add(1, (token, outcome) -> seen.add("first"), 1, PublishOutcome.STORED);
        receipts.add(
                1,
                (token, outcome) -> {
                    throw new IllegalStateException("a listener's mistake");
                },
                2,
                PublishOutcome.STORED);
        receipts.add(1, (token, outcome) -> seen.add("third"), 3, PublishOutcome.STORED);
        store.release();
        store.append(new io.signalbox.broker.store.WriteBatch());
        store.append(new io.signalbox.broker.store.WriteBatch());
        tasks.runAll();
        assertEquals(List.of("first", "third"), seen);
        assertEquals(0, receipts.size());
    }

    @Test
    void aRingOfAnswersThatGrowsWhileItIsWalkedKeepsItsOrder() {
        store.hold();
        Receipts receipts = loop.receipts();
        for (int i = 0; i < 60; i++) {
            receipts.add(
                    0,
                    (token, outcome) -> {
                        seen.add("a" + token);
                        for (int j = 0; j < 5; j++) {
                            receipts.add(0, (t, o) -> seen.add("b" + t), token * 5 + j, PublishOutcome.STORED);
                        }
                    },
                    i,
                    PublishOutcome.STORED);
        }
        tasks.runAll();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 60; i++) expected.add("a" + i);
        for (int i = 0; i < 300; i++) expected.add("b" + i);
        assertEquals(expected, seen);
    }
}
