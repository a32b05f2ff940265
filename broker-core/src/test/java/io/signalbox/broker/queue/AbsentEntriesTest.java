package io.signalbox.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.signalbox.broker.TestMessages;
import io.signalbox.broker.message.Body;
import io.signalbox.broker.message.Message;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which entries are set apart when the log is damaged: those that wait and would have to be read. */
class AbsentEntriesTest {
    private static final int ENTRIES = 40;

    private final QueueIndex index = new QueueIndex(2);

    @BeforeEach
    void fill() {
        for (int i = 1; i <= ENTRIES; i++) {
            Message message = TestMessages.durable("a", "x");
            index.restore(
                    i % 3, lsn(i), 0, new Message(message.envelope(), message.format(), new Body.Stored(lsn(i), 9)));
        }
        index.endRestoring();
    }

    private static long lsn(int number) {
        return 4096 + 32L * number;
    }

    private Set<Long> absent(Long... lsns) {
        Set<Long> found = new TreeSet<>();
        for (Entry entry : new Departures(index).absent(Set.of(lsns)::contains)) found.add(entry.lsn);
        return found;
    }

    private Entry entry(int number) {
        List<Entry> found = new Departures(index).absent(lsn -> lsn == lsn(number));
        assertEquals(1, found.size());
        return found.get(0);
    }

    @Test
    void theyAreFoundByTheirAddressesWhateverTheirPriority() {
        assertEquals(
                Set.of(lsn(1), lsn(17), lsn(18), lsn(40)), absent(lsn(1), lsn(17), lsn(18), lsn(40), 5L, 1L << 40));
    }

    @Test
    void whatSomebodyHasWhatHasEndedAndWhatIsInMemoryIsLeft() {
        Entry taken = entry(3);
        index.take(taken);
        Entry ended = entry(4);
        index.take(ended);
        index.end(ended);
        Entry resident = entry(5);
        resident.come(TestMessages.durable("a", "x"));
        assertNotNull(resident.message);
        Entry onItsWay = entry(6);
        onItsWay.loading = true;
        assertEquals(Set.of(lsn(7)), absent(lsn(3), lsn(4), lsn(5), lsn(6), lsn(7)));
    }
}
