package io.signalbox.testkit;

import io.signalbox.broker.PublishListener;
import io.signalbox.broker.PublishOutcome;
import java.util.HashSet;
import java.util.Set;

/** What became of the messages of a publisher: all are stored, or refused. */
final class Outcomes implements PublishListener {
    final Set<Long> stored = new HashSet<>();
    long refused;

    @Override
    public void onOutcome(long token, PublishOutcome outcome) {
        if (outcome instanceof PublishOutcome.Refused) refused++;
        else if (outcome instanceof PublishOutcome.Stored) stored.add(token);
        else throw new AssertionError(token + " is " + outcome);
    }

    @Override
    public void onOutcomesEnd() {}

    @Override
    public void onUnblocked() {}
}
