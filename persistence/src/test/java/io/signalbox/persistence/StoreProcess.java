package io.signalbox.persistence;

import io.signalbox.broker.store.WriteBatch;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A process that publishes and settles for as long as it lives, and prints what the store has confirmed: {@code p lsn;},
 * {@code s lsn;}, and before it begins to settle {@code b lsn;}. Started by {@link StoreProcessTest} and killed by it.
 */
final class StoreProcess {
    static final StoreSettings SETTINGS = new StoreSettings(1 << 20, 1 << 16, 1 << 19, 50_000_000, 10_000_000);

    private StoreProcess() {}

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false);
        try (StoreLife life = StoreLife.begin(Path.of(args[0]), SETTINGS)) {
            out.println("ready");
            out.flush();
            long[] lsns = new long[64];
            for (int round = 0; ; round++) {
                for (int i = 0; i < lsns.length; i++) {
                    byte[] body =
                            ByteBuffer.allocate(1000).putLong(round).putInt(i).array();
                    lsns[i] = life.append(new WriteBatch()
                            .message(PlainFormat.message("q", body))
                            .enqueueTo(1, 0));
                }
                life.awaitForce(lsns[lsns.length - 1]);
                for (long lsn : lsns) out.println("p " + lsn + ";");
                WriteBatch settled = new WriteBatch();
                // One of each round stays for ever, so segments pile up and are all read again.
                for (int i = round % 4 == 0 ? 1 : 0; i < lsns.length; i++) settled.settle(1, lsns[i]);
                for (int i = 0; i < settled.settlements(); i++) out.println("b " + settled.settledLsn(i) + ";");
                out.flush();
                life.durably(settled);
                for (int i = 0; i < settled.settlements(); i++) out.println("s " + settled.settledLsn(i) + ";");
                out.flush();
            }
        }
    }
}
