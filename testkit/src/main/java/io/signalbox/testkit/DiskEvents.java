package io.signalbox.testkit;

/** What happened on the disk of a {@link StoreHistory}, by the names of its operations. Not thread-safe. */
final class DiskEvents {
    private long rolls;
    private long givenBack;
    private long checkpoints;
    private long cleanings;

    void note(String operation) {
        if (operation.startsWith("renamed seg-")) rolls++;
        if (operation.startsWith("rename seg-") || operation.startsWith("delete seg-")) givenBack++;
        if (operation.startsWith("renamed checkpoint-")) checkpoints++;
        if (operation.startsWith("renamed cold-")) cleanings++;
    }

    /** How often a new segment was made ready. */
    long rolls() {
        return rolls;
    }

    /** How often a segment was needed no more. */
    long givenBack() {
        return givenBack;
    }

    /** How many checkpoints were published. */
    long checkpoints() {
        return checkpoints;
    }

    /** How often what lived in segments was copied out of them. */
    long cleanings() {
        return cleanings;
    }
}
