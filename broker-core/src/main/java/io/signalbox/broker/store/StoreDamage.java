package io.signalbox.broker.store;

import java.util.List;
import java.util.Map;

/**
 * Something in the log is not what was written. Immutable.
 *
 * @param place file and offset
 * @param fromLsn where it begins in the log
 * @param entries that lie there and had not ended when it was looked for them: their LSNs by the ids of their queues
 */
public record StoreDamage(String place, long fromLsn, Map<Long, List<Long>> entries) {}
