package io.signalbox.broker;

/** Somebody on a loop who wants to be woken at a time of the wall clock, see {@link Loop#setAlarm}. Confined to that loop. */
public abstract class Alarm {
    static final int UNSET = -1;

    long atMillis;

    /** Where it stands among the others. */
    int index = UNSET;

    /** Its time has come; it is not set any more. */
    protected abstract void ring();
}
