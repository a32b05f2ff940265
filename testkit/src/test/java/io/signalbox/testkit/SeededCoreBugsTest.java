package io.signalbox.testkit;

import static org.junit.jupiter.api.Assertions.fail;

import io.signalbox.broker.store.CheckpointSource;
import io.signalbox.broker.store.ImageSink;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.RecoverySink;
import io.signalbox.broker.store.StoreException;
import io.signalbox.broker.store.WriteBatch;
import io.signalbox.testkit.SimulatedStore.Variation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The crash test of whole cores must find what is wrong in one way, between a core and its store or below that. */
class SeededCoreBugsTest {
    private static final int SEEDS = 10;

    /** The same histories as in {@link CoreCrashTest}, from the same seeds. */
    private static void assertFound(Variation variation, UnaryOperator<MessageStore> relay) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                new CoreHistory(seed, variation, relay).run(CoreCrashTest.LIVES, CoreCrashTest.STEPS_PER_LIFE);
            } catch (AssertionError
                    | StoreException
                    | IllegalStateException found) { // or it has found itself to be wrong
                return;
            }
        }
        fail("not found in seeds 1.." + SEEDS);
    }

    /** What is done in place of one method of a store. */
    private interface Instead {
        Object of(MessageStore store, Object[] arguments) throws StoreException;
    }

    private static UnaryOperator<MessageStore> wrong(String method, Instead instead) {
        return store -> wrong(MessageStore.class, store, method, arguments -> instead.of(store, arguments));
    }

    private interface Answer {
        Object to(Object[] arguments) throws StoreException;
    }

    private static <T> T wrong(Class<T> type, T right, String method, Answer instead) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, called, arguments) -> {
                    if (called.getName().equals(method)) return instead.to(arguments);
                    try {
                        return called.invoke(right, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    @Test
    void aStoreThatNeverForcesIsFound() {
        assertFound(SeededBugsTest.neverForcing(), UnaryOperator.identity());
    }

    @Test
    void answersThatDoNotAwaitTheForceAreFound() {
        assertFound(Variation.NONE, wrong("durableLsn", (store, none) -> Long.MAX_VALUE / 2));
    }

    /** As if the packet identifier of a QoS 2 message was stored when that is durable, and not with it. */
    @Test
    void aRowThatIsStoredBehindItsMessageIsFound() {
        assertFound(Variation.NONE, wrong("append", (store, arguments) -> {
            WriteBatch batch = (WriteBatch) arguments[0];
            if (!batch.isPublish() || batch.tableChanges().isEmpty()) return store.append(batch);
            WriteBatch alone = new WriteBatch().message(batch.message().orElseThrow());
            for (int i = 0; i < batch.targets(); i++) alone.enqueueTo(batch.targetQueueId(i), batch.targetFlags(i));
            long lsn = store.append(alone);
            if (lsn < 0) return lsn;
            batch.enqueuedAt(alone.enqueueLsn());
            WriteBatch rest = new WriteBatch();
            rest.addRest(batch);
            store.afterForce(lsn, () -> store.append(rest));
            return lsn;
        }));
    }

    @Test
    void aSettlementThatIsForgottenIsFound() {
        long[] settlements = {0};
        assertFound(Variation.NONE, wrong("append", (store, arguments) -> {
            WriteBatch batch = (WriteBatch) arguments[0];
            boolean isSettlement =
                    batch.settlements() > 0 && batch.tableChanges().isEmpty() && !batch.isPublish();
            return isSettlement && ++settlements[0] % 7 == 0
                    ? Math.max(1, store.durableLsn() - 1)
                    : store.append(batch);
        }));
    }

    /** What queues tell for a checkpoint, in another way. */
    private interface Collecting {
        void collect(CheckpointSource core, long belowLsn, ImageSink sink);
    }

    private static UnaryOperator<MessageStore> wrongImages(Collecting collecting) {
        return wrong("recover", (store, arguments) -> {
            CheckpointSource core = (CheckpointSource) arguments[1];
            store.recover((RecoverySink) arguments[0], new CheckpointSource() {
                @Override
                public void collect(long belowLsn, ImageSink sink) {
                    collecting.collect(core, belowLsn, sink);
                }

                @Override
                public void living(byte[] image, LongConsumer visitor) {
                    core.living(image, visitor);
                }
            });
            return null;
        });
    }

    @Test
    void aCoreThatForgetsAPartOfAQueueIsFound() {
        long[] parts = {0};
        assertFound(
                Variation.NONE,
                wrongImages((core, belowLsn, sink) ->
                        core.collect(belowLsn, wrong(ImageSink.class, sink, "part", part -> {
                            if (++parts[0] % 5 == 0) ((Runnable) part[2]).run();
                            else sink.part((Long) part[0], (byte[]) part[1], (Runnable) part[2]);
                            return null;
                        }))));
    }

    @Test
    void aCoreThatTellsTooMuchOfItsQueuesIsFound() {
        assertFound(Variation.NONE, wrongImages((core, belowLsn, sink) -> core.collect(Long.MAX_VALUE, sink)));
    }

    /** Of two chunks that have left memory one comes back for the other. */
    @Test
    void aPageThatIsAnothersIsFound() {
        List<byte[]> written = new ArrayList<>();
        assertFound(Variation.NONE, wrong("pages", (store, none) -> {
            Pages pages = store.pages();
            return wrong(Pages.class, pages, "write", page -> {
                written.add((byte[]) page[0]);
                return pages.write(written.get(Math.max(0, written.size() - (written.size() % 5 == 4 ? 2 : 1))));
            });
        }));
    }
}
