package io.signalbox.broker.queue;

import io.signalbox.broker.Alarm;
import io.signalbox.broker.Loop;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.routing.Destination;
import io.signalbox.broker.routing.Matches;
import io.signalbox.broker.store.MessageStore;
import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.WriteBatch.TableChange;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue: its mailbox, and the carrying out of what the rules in {@link QueueState} want. No rules here.
 *
 * <p>Thread-safe by its mailbox. After a budget of commands the rest goes to the loop that it is near, or to its home, so no caller
 * is held captive.
 */
public class MessageQueue extends QueueMailbox implements Destination, QueueEffects {

    private static final Logger LOG = LoggerFactory.getLogger(MessageQueue.class);

    /** Commands that wait when publishers are to wait too; those who settle and consume never do. */
    private static final int MOST_COMMANDS = 4096;

    /** The same when memory is short. */
    private static final int MANY_COMMANDS = COMMANDS_PER_DRAIN;

    private final long id;
    private volatile QueueSettings settings;
    private final MessageStore store;
    private volatile QueueQuota quota = QueueQuota.UNLIMITED;
    private final QueueState state;
    private volatile boolean deleted;

    /** Whether the log has no space for its settlements, so that what comes gathers in the mailbox. */
    private volatile boolean waitsForSpace;

    // Confined to whoever drains.
    private @Nullable QueueJournal journal; // made when there is something to tell the log
    private @Nullable Stall stall;
    private @Nullable Capture capture;
    private @Nullable EmptinessListener emptinessAwaited;
    private @Nullable Alarm alarm; // made when the first message comes that expires

    public MessageQueue(long id, QueueSettings settings, MessageStore store, Loop home, QueueContext context) {
        super(home);
        this.id = id;
        this.settings = settings;
        this.store = store;
        this.state = new QueueState(this, context);
    }

    public long id() {
        return id;
    }

    @Override
    public QueueSettings settings() {
        return settings;
    }

    /** Counters, read without stopping the queue. */
    public QueueStatus status() {
        return state.status();
    }

    /** Whether the bodies in memory fill the window, so that a transient message had better go to the log. */
    public boolean isWindowFull() {
        return state.isWindowFull();
    }

    @Override
    public void route(Message message, Object origin, int flags, Matches matches) {
        if (!deleted) matches.add(this, flags); // a binding may outlive its queue for a moment
    }

    /** Whether nothing more should be published to it until {@link #whenSpace}: nothing bounds its mailbox meanwhile. */
    public boolean waitsForSpace() {
        return waitsForSpace;
    }

    /** Whether more comes than is applied, so that publishers should hold on; if memory is short, soon. Any thread. */
    public boolean isBehind() {
        int waiting = counted();
        return waiting > MANY_COMMANDS
                && (waiting > MOST_COMMANDS || state.memory().isTight());
    }

    /** Calls back once, when all that came before is drained. The waiter must only hand over to another thread. */
    public void whenSpace(Runnable waiter) {
        submit(new QueueCommand.Call(waiter));
    }

    /** Whether the queue has ended, so that nothing more should be published to it. */
    public boolean isDeleted() {
        return deleted;
    }

    /**
     * From now on the queue and the durable messages that come to it survive a restart; what is in it does not. The caller
     * has told the log so. Any thread.
     */
    public void becomeDurable() {
        settings = settings.asDurable();
    }

    /** What publishers ask before a message is stored for this queue. */
    public QueueQuota quota() {
        return quota;
    }

    /** Puts the queue under a policy; how long messages wait, the times of the log tell. Only before the first command. */
    public void govern(QueuePolicy policy, LogTimes logTimes) {
        QueueQuota made = QueueQuota.of(policy);
        quota = made;
        state.stock().retention().limit(made, logTimes);
    }

    /**
     * Takes a message in. On any loop.
     *
     * @param lsn of its enqueue record, 0 if it is not in the log
     * @param here the loop of the caller
     */
    public void enqueue(Message message, long lsn, int flags, Loop here) {
        Entry entry = new Entry(lsn, flags, message);
        Loop elsewhere = nearOtherThan(here);
        if (elsewhere == null) {
            submit(entry);
            return;
        }
        entry.beginToWait(state.memory());
        leaveTo(elsewhere, entry);
    }

    /** Shows a transient message to the session that is connected, or to nobody. Any thread. */
    public void passThrough(Message message, int flags) {
        message.hold();
        submit(new QueueCommand.PassThrough(new Entry(0, flags, message)));
    }

    /** Begins to consume. On the subscription's loop. */
    public Subscription subscribe(SubscriptionSettings wanted, DeliveryListener listener) {
        return subscribe(wanted, "", listener);
    }

    /** The same for one of those that share these settings. */
    public Subscription subscribe(SubscriptionSettings wanted, String id, DeliveryListener listener) {
        Subscription subscription = new Subscription(this, wanted, id, listener);
        submit(new QueueCommand.Attach(subscription.consumer()));
        return subscription;
    }

    /** Ends what is reserved for this name, now that none will come for it (MQTT-4.8.2-5); counted as dropped. Any thread. */
    public void endReserved(String name) {
        submit(new QueueCommand.EndReserved(name));
    }

    /**
     * Calls back once, on the queue's home loop, when no message waits in the queue and none is unsettled. Takes the place of
     * an earlier call that is still due. Any thread.
     */
    public void whenEmpty(EmptinessListener listener) {
        submit(new QueueCommand.Call(() -> emptinessAwaited = listener));
    }

    /**
     * Ends the queue for everyone. What it held is dead.
     *
     * @param lsn of the record in which the caller has told the log so; 0 for a transient queue, which the log does not know
     */
    public void delete(long lsn) {
        deleted = true;
        submit(new QueueCommand.Delete(lsn));
    }

    /** The way in for what an earlier life left in the log. Only before the first command. */
    public QueueRecovery recovery() {
        return state.recovery();
    }

    /**
     * Tells, part by part, which entries whose records lie below an LSN have not ended; what ends meanwhile may be told or not,
     * and what is not told has its settlement in the log. On any loop; again only when the last part has been told.
     */
    public void capture(long belowLsn, CaptureListener listener) {
        submit(new Capture(state.image(belowLsn), listener, due -> capture = due));
    }

    /** What lies in the log at these addresses is not what was written: what waits of it is not delivered. On any loop. */
    public void damaged(Set<Long> lsns) {
        submit(new QueueCommand.Damaged(lsns));
    }

    /** After the settlements of what has ended have been appended. */
    private void tellCapture() {
        Capture wanted = capture;
        if (wanted == null) return;
        capture = null;
        wanted.tell(this, journal == null || !journal.hasFailed());
    }

    @Override
    void drain() {
        int missed = counted();
        int budget = COMMANDS_PER_DRAIN;
        while (missed != 0) {
            if (budget == 0) {
                drainLater(); // the counter stays above 0, so nobody else begins
                return;
            }
            if (settings.durable() && store.settlementsWait()) {
                stall(0);
                return; // the counter stays above 0
            }
            int batch = Math.min(missed, budget);
            for (int i = 0; i < batch; i++) applyOne();
            budget -= batch;
            if (dispatch()) {
                // There is more to hand over; the mailbox and the caller get their turn first.
                another(new QueueCommand.Turn());
                budget = 0;
            }
            tellOfEmptiness();
            if (journal != null && !journal.append()) {
                stall(batch);
                return; // likewise
            }
            tellCapture();
            missed = applied(batch);
        }
    }

    /** @param applied commands that have been applied, and are still counted */
    private void stall(int applied) {
        if (stall == null) stall = new Stall();
        stall.applied = applied;
        waitsForSpace = true;
        awaitSpace();
    }

    /** The log may have space again for the settlements that it had none for. */
    private void resume() {
        if ((journal != null && !journal.append()) || (settings.durable() && store.settlementsWait())) {
            awaitSpace();
            return;
        }
        waitsForSpace = false;
        tellCapture();
        another(new QueueCommand.Turn()); // what was taken in meanwhile may be wanted
        Stall over = stall;
        if (over == null) throw new IllegalStateException("what was not held up goes on");
        if (over.putOff.isEmpty()) stall = null;
        if (applied(over.applied) != 0) drain();
    }

    private void awaitSpace() {
        if (journal == null || journal.isEmpty()) {
            if (stall != null) stall.takeIn(counted(), this::poll, this::apply);
            tellCapture();
        }
        store.whenSpace(() -> home().execute(this::resume));
    }

    private void applyOne() {
        Stall before = stall;
        if (before == null) {
            apply(poll());
        } else {
            apply(before.putOff.remove());
            if (before.putOff.isEmpty()) stall = null;
        }
    }

    private void apply(QueueCommand command) {
        try {
            command.applyTo(state);
        } catch (RuntimeException | Error e) {
            LOG.error("event=queue_command_failed queue={} command={}", settings.name(), command.getClass(), e);
        }
    }

    /** Whether there is more that can be handed over at once. */
    private boolean dispatch() {
        try {
            return state.dispatch();
        } catch (RuntimeException | Error e) {
            LOG.error("event=dispatch_failed queue={}", settings.name(), e);
            return false;
        }
    }

    private void tellOfEmptiness() {
        EmptinessListener listener = emptinessAwaited;
        if (listener == null) return;
        if (!state.status().isEmpty()) return;
        emptinessAwaited = null;
        home().execute(() -> listener.onEmpty(home()));
    }

    @Override
    public void deliver(Delivery delivery) {
        delivery.subscription().loop().post(delivery);
    }

    @Override
    public void settle(long lsn) {
        if (lsn != 0) journal().settle(lsn);
    }

    private QueueJournal journal() {
        QueueJournal made = journal;
        if (made == null) journal = made = new QueueJournal(id, store, state::halt);
        return made;
    }

    @Override
    public void forget(long lsn, Consumer<LongConsumer> dead) {
        store.forget(id, lsn, dead);
    }

    @Override
    public void change(List<TableChange> changes) {
        journal().change(changes);
    }

    @Override
    public void confirm(Subscription subscription, long token) {
        journal().confirm(subscription, token);
    }

    @Override
    public void load(List<Entry> entries) {
        new Load(settings.name(), entries, this::handOff).from(store);
    }

    @Override
    public Pages pages() {
        return store.pages();
    }

    @Override
    public void fetch(PageLoad.Wanted chunk) {
        new PageLoad(settings.name(), chunk, this::handOff).from(store.pages());
    }

    @Override
    public void wakeAt(long millis) {
        Alarm known = alarm;
        if (known == null) alarm = known = new QueueAlarm(this);
        home().setAlarm(known, millis);
    }

    @Override
    public void consumedBy(@Nullable Subscription only) {
        near(only == null ? null : only.loop());
    }

    @Override
    public void drained(Subscription subscription) {
        subscription.onLoop(subscription::receiveDrained);
    }

    @Override
    public void deleted(Subscription subscription) {
        subscription.onLoop(subscription::receiveDeleted);
    }

    @Override
    public String toString() {
        return "queue " + settings.name();
    }
}
