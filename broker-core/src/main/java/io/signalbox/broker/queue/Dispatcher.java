package io.signalbox.broker.queue;

import io.signalbox.broker.collection.Few;
import io.signalbox.broker.filter.Filter;
import io.signalbox.broker.message.Envelope;
import io.signalbox.broker.message.LastSelectable;
import io.signalbox.broker.message.Message;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who gets the next message. Consumers that can take one stand in a ring and take turns at the first entry; what none of them
 * wants is set aside. One that comes back to the ring first searches what was set aside meanwhile. Browsers walk along all
 * entries. Each consumer looks at an entry once; looks and hand-overs of one turn are bounded. Confined to the queue.
 */
final class Dispatcher {

    private static final int LOAD_ENTRIES = 128;

    /** Entries handed over, ended or set aside before commands get their turn. */
    private static final int ENTRIES_PER_TURN = 1024;

    /** Messages that filters are asked about before commands get their turn, give or take the consumers of one ring. */
    private static final int LOOKS_PER_TURN = 256;

    /** A larger message counts as one more look for each so many bytes: it may have as large properties to decode and compare. */
    private static final int BYTES_PER_LOOK = 1024;

    private final Stock stock;
    private final QueueFootprint footprint;
    private final QueueEffects effects;
    private final InstantSource clock;
    private final int loadBytes;
    private final QueueIndex index;
    private final ArrayDeque<Consumer> ring = new ArrayDeque<>(2);
    private List<Consumer> searching = List.of();
    private List<Consumer> browsing = List.of();
    private List<Consumer> draining = List.of();
    private @Nullable LastSelectable selectable;
    private int loading;
    private int looks;

    /** Whether one in the ring may have something to look for behind the first entry. */
    private boolean ringIsBehind;

    /** Whether bodies were wanted to look at. */
    private boolean searchedOrBrowsed;

    /** Browsers that have not come to an end in this turn: the first ones of {@link #browsing}. */
    private int browsersOnTheWay;

    Dispatcher(
            Stock stock,
            QueueIndex index,
            QueueFootprint footprint,
            QueueEffects effects,
            InstantSource clock,
            int windowBytes) {
        this.stock = stock;
        this.index = index;
        this.footprint = footprint;
        this.effects = effects;
        this.clock = clock;
        this.loadBytes = Math.max(1, windowBytes / 4);
    }

    /** What tells it that a message has expired. */
    InstantSource clock() {
        return clock;
    }

    void attach(Consumer consumer) {
        index.beginFor(consumer);
    }

    /** The consumer's credit or room has changed. */
    void available(Consumer consumer) {
        if (consumer.stake().standing != Stake.Standing.IDLE || !canTake(consumer)) return;
        if (consumer.browses()) beginBrowsing(consumer);
        else if (index.mayHaveNewsFor(consumer)) beginSearching(consumer);
        else enterRing(consumer);
    }

    private void beginBrowsing(Consumer consumer) {
        browsing = Few.with(browsing, consumer);
        consumer.stake().standing = Stake.Standing.BROWSING;
    }

    private void beginSearching(Consumer consumer) {
        searching = Few.with(searching, consumer);
        consumer.stake().standing = Stake.Standing.SEARCHING;
    }

    private void enterRing(Consumer consumer) {
        ring.add(consumer);
        consumer.stake().standing = Stake.Standing.IN_RING;
    }

    void detach(Consumer consumer) {
        if (consumer.draining) draining = Few.without(draining, consumer);
        switch (consumer.stake().standing) {
            case IDLE -> {}
            case IN_RING -> ring.remove(consumer);
            case SEARCHING -> searching = Few.without(searching, consumer);
            case BROWSING -> browsing = Few.without(browsing, consumer);
        }
        consumer.stake().standing = Stake.Standing.IDLE;
    }

    /**
     * The consumer wants to hear when nothing more comes within its credit (AMQP 1.0 §2.6.7). It hears once for each time it
     * asks: at once of a wish that a later one has overtaken.
     */
    void drain(Consumer consumer) {
        if (!consumer.attached) return;
        if (consumer.draining) {
            effects.drained(consumer.subscription);
            return;
        }
        consumer.draining = true;
        draining = Few.with(draining, consumer);
    }

    void clear() {
        ring.clear();
        searching = List.of();
        browsing = List.of();
        draining = List.of();
    }

    /** @return whether there is more that can be handed over, for another turn */
    boolean dispatch() {
        looks = LOOKS_PER_TURN;
        if (browsing.size() > 1) Collections.rotate(browsing, 1); // so that each comes first in a turn of its own
        browsersOnTheWay = browsing.size();
        boolean more = takeTurn();
        answerDrains();
        if (selectable != null) selectable.forget();
        if (searchedOrBrowsed && loading == 0 && searching.isEmpty() && browsersOnTheWay == 0) {
            searchedOrBrowsed = false;
            stock.forgetReadBack(); // what was only looked at makes room for what arrives
        }
        return more;
    }

    private boolean takeTurn() {
        for (int entries = ENTRIES_PER_TURN; !stock.isHalted(); entries--) {
            if (entries == 0 || looks <= 0) return hasWork();
            // one step each, so that who searches long delays nobody
            boolean moved = !searching.isEmpty() && searchStep(searching.get(0));
            moved |= browsersOnTheWay > 0 && browseStep(browsing.get(browsersOnTheWay - 1));
            moved |= firstStep();
            if (!moved) return false;
        }
        return false;
    }

    private boolean hasWork() {
        return !searching.isEmpty() || browsersOnTheWay > 0 || (!ring.isEmpty() && index.first() != QueueIndex.NONE);
    }

    // ---- the first entry

    /** True if the first entry has left its place or a consumer its own. */
    private boolean firstStep() {
        if (ring.isEmpty()) return false;
        long place = index.first();
        if (place == QueueIndex.NONE) return ringIsBehind && sendToSearch();
        Entry entry = index.object(place);
        if (entry != null && entry.loading) return false; // nothing ends whose record is being read
        if (entry != null && isExpired(entry)) {
            stock.expire(entry);
            return true;
        }
        if (entry == null || entry.message == null) {
            loadFrom(place);
            return false;
        }
        return offer(entry);
    }

    /** Round robin among those that can take one. False if nothing has changed. */
    private boolean offer(Entry entry) {
        boolean someoneCan = false;
        boolean someoneSearches = false;
        for (int turns = ring.size(); turns > 0; turns--) {
            Consumer consumer = ring.remove();
            if (!canTake(consumer)) {
                consumer.stake().standing = Stake.Standing.IDLE;
                continue;
            }
            if (hasOlderFor(consumer, entry)) {
                beginSearching(consumer);
                someoneSearches = true;
                continue;
            }
            ring.add(consumer);
            if (wants(consumer, entry)) {
                stock.acquire(consumer, entry);
                return true;
            }
            if (!someoneCan) index.aside().offered(entry);
            index.aside().passedBefore(consumer, entry);
            someoneCan = true;
        }
        if (someoneCan) {
            index.setFirstAside(entry);
            if (entry.lsn != 0) stock.forgetBody(entry); // it is read back when somebody particular looks for it
        }
        return someoneCan || someoneSearches;
    }

    /** There is nothing in front any more: who was there before it had searched to the end goes on with that. */
    private boolean sendToSearch() {
        ringIsBehind = false;
        for (int turns = ring.size(); turns > 0; turns--) {
            Consumer consumer = ring.remove();
            if (index.nextAsideFor(consumer) == QueueIndex.NONE) ring.add(consumer);
            else beginSearching(consumer);
        }
        return !searching.isEmpty();
    }

    /** What the consumer has missed at a place that it has passed comes before anything else. */
    private static boolean comesBefore(long aside, Consumer consumer, long first) {
        return aside <= consumer.stake().place || aside < first;
    }

    private boolean hasOlderFor(Consumer consumer, Entry entry) {
        long next = index.nextAsideFor(consumer);
        return next != QueueIndex.NONE && comesBefore(next, consumer, entry.seq);
    }

    // ---- what was set aside

    /** The consumer looks at the next entry among those set aside. False if it has to wait for a body. */
    private boolean searchStep(Consumer consumer) {
        long place = canTake(consumer) ? index.nextAsideFor(consumer) : QueueIndex.NONE;
        if (place == QueueIndex.NONE || !comesBefore(place, consumer, index.first())) {
            searching = Few.without(searching, consumer);
            consumer.stake().standing = Stake.Standing.IDLE;
            if (canTake(consumer)) enterRing(consumer);
            ringIsBehind |= place != QueueIndex.NONE;
            return true;
        }
        searchedOrBrowsed = true;
        Entry next = index.object(place);
        if (next != null && next.loading) return false;
        if (next != null && isExpired(next)) {
            stock.expire(next);
            return true;
        }
        if (next != null && next.isRefusedBy(consumer)) {
            index.aside().passed(consumer, next);
            return true;
        }
        if (next == null || next.message == null) {
            loadFrom(place);
            return false;
        }
        if (wants(consumer, next)) stock.acquire(consumer, next);
        else index.aside().passed(consumer, next);
        if (searching.size() > 1) Collections.rotate(searching, -1);
        return true;
    }

    // ---- browsers

    /** The browser looks at its next entry. False if none of them can go on. */
    private boolean browseStep(Consumer browser) {
        long place = canTake(browser) ? index.higher(browser.stake().place) : QueueIndex.NONE;
        if (!canTake(browser)) {
            browsing = Few.without(browsing, browser);
            browser.stake().standing = Stake.Standing.IDLE;
        }
        if (place == QueueIndex.NONE) return --browsersOnTheWay > 0;
        Entry next = index.object(place);
        boolean shown = next == null || (next.reservedFor == null && !isExpired(next));
        if (next == null || next.loading || (shown && next.message == null)) {
            loadFrom(place);
            return --browsersOnTheWay > 0;
        }
        searchedOrBrowsed = true;
        browser.stake().place = place;
        if (shown && wants(browser, next)) stock.show(browser, next);
        return true;
    }

    // ---- looking

    private boolean canTake(Consumer consumer) {
        return consumer.canTake() && !footprint.isFull(consumer);
    }

    private boolean isExpired(Entry entry) {
        return entry.expiresAtMillis != Envelope.NEVER // most do not expire, and the time need not be asked for
                && entry.reservedFor == null
                && clock.millis() >= entry.expiresAtMillis;
    }

    private boolean wants(Consumer consumer, Entry entry) {
        if (entry.isRefusedBy(consumer)) return false;
        Filter filter = consumer.filter();
        if (filter == null) return true;
        Message message = entry.message;
        if (message == null) throw new IllegalStateException("entry " + entry.lsn + " is not resident");
        looks -= 1 + entry.bodyBytes / BYTES_PER_LOOK;
        LastSelectable values = selectable;
        if (values == null) selectable = values = new LastSelectable();
        return values.matches(filter, message);
    }

    /** Brings the body of this entry into memory, and of those after it, unless that goes on for some; but first its chunk. */
    private void loadFrom(long place) {
        ColdChunks cold = index.cold();
        if (cold != null && !cold.isHere(place)) return;
        if (loading > 0) return;
        List<Entry> wanted = index.notResidentFrom(place, LOAD_ENTRIES, loadBytes);
        for (Entry entry : wanted) entry.loading = true;
        loading = wanted.size();
        effects.load(wanted);
    }

    /** The entries that {@link QueueEffects#load} was asked for are there, or never will be. */
    void loadEnded(List<Entry> entries) {
        for (Entry entry : entries) entry.loading = false;
        loading -= entries.size();
    }

    // ---- drains

    /** A drain is answered when nothing more comes for this consumer: no entry, no credit. Not while the loop lags. */
    private void answerDrains() {
        List<Consumer> asked = draining;
        if (asked.isEmpty()) return;
        draining = List.of();
        for (Consumer consumer : asked) {
            boolean mayGetMore = consumer.hasCredit() && !stock.isHalted() && !footprint.isFull(consumer);
            if (mayGetMore && hasSomethingFor(consumer)) {
                draining = Few.with(draining, consumer);
                continue;
            }
            consumer.draining = false;
            effects.drained(consumer.subscription);
        }
    }

    private boolean hasSomethingFor(Consumer consumer) {
        if (consumer.browses()) return index.higher(consumer.stake().place) != QueueIndex.NONE;
        return index.first() != QueueIndex.NONE || index.nextAsideFor(consumer) != QueueIndex.NONE;
    }
}
