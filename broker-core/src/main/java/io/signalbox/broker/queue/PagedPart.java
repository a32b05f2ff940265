package io.signalbox.broker.queue;

import io.signalbox.broker.store.Pages;
import io.signalbox.broker.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A part of an image that waits for pages. All are asked for before the queue goes on, so that none is given back before it is
 * read. Confined to the reader's thread, which answers in the order of the questions.
 */
final class PagedPart {

    private final byte[] part;
    private final List<QueueImage.Gap> gaps;
    private final Consumer<byte[]> whole;
    private final Consumer<StoreException> failure;
    private final List<byte[]> pages = new ArrayList<>();
    private boolean failed;

    private PagedPart(
            byte[] part, List<QueueImage.Gap> gaps, Consumer<byte[]> whole, Consumer<StoreException> failure) {
        this.part = part;
        this.gaps = gaps;
        this.whole = whole;
        this.failure = failure;
    }

    /**
     * Tells the part when nothing is missing in it any more: at once if nothing is.
     *
     * @param failure told in place of it, once, if a page cannot be read
     */
    static void fill(
            byte[] part,
            List<QueueImage.Gap> gaps,
            Pages pages,
            Consumer<byte[]> whole,
            Consumer<StoreException> failure) {
        if (gaps.isEmpty()) {
            whole.accept(part);
            return;
        }
        PagedPart waiting = new PagedPart(part, gaps, whole, failure);
        for (QueueImage.Gap gap : gaps) pages.read(gap.page(), waiting::came, waiting::failed);
    }

    private void came(byte[] page) {
        pages.add(page);
        if (pages.size() == gaps.size()) whole.accept(QueueImage.filled(part, gaps, pages));
    }

    private void failed(StoreException why) {
        if (failed) return;
        failed = true;
        failure.accept(why);
    }
}
