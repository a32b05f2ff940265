package io.signalbox.persistence.log;

import java.io.IOException;

/** Gives up what is kept for the case that the disk is full. */
interface MakesRoom {
    /** Whether there was something. */
    boolean makeRoom() throws IOException;
}
