package io.signalbox.broker.security;

import java.util.concurrent.atomic.LongAdder;

/** What an authenticator counts since its start. Thread-safe. */
public final class LoginCounters {

    /** Peers that were let in, with a password or without. */
    public final LongAdder welcomed = new LongAdder();

    /** Peers that were refused: a wrong password, no such user, or no name where one is wanted. */
    public final LongAdder refused = new LongAdder();

    /** Logins not looked at because too many others waited. */
    public final LongAdder busy = new LongAdder();

    /** Logins not looked at because too many from the same address had failed. */
    public final LongAdder throttled = new LongAdder();

    /** Passwords that were checked the slow way, because nobody had proved them before. */
    public final LongAdder passwordsChecked = new LongAdder();
}
