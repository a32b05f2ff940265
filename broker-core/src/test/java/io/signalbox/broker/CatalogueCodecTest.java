package io.signalbox.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What earlier releases have written is read. */
class CatalogueCodecTest {

    @Test
    void aBindingOfTheFirstVersionHasAKeyAndNothingElse() {
        byte[] written = HexFormat.of().parseHex("01" + "000165" + "000171" + "00036b6579");
        assertEquals(
                new CatalogueCodec.StoredBinding("e", "q", BindingTerms.of("key")), CatalogueCodec.binding(written));
    }

    @Test
    void aBindingKeepsItsFilterAndWhomItLeavesOut() {
        BindingTerms terms = BindingTerms.of("a/#").filteredBy("a = 'ü'").withoutMessagesOf("client");
        byte[] written = CatalogueCodec.binding("topics", "q", terms);
        assertEquals(2, written[0]);
        assertEquals(new CatalogueCodec.StoredBinding("topics", "q", terms), CatalogueCodec.binding(written));
    }

    @Test
    void aVersionFromTheFutureIsRefusedInWords() {
        IllegalStateException refusal =
                assertThrows(IllegalStateException.class, () -> CatalogueCodec.binding(new byte[] {3, 0, 0}));
        assertTrue(String.valueOf(refusal.getMessage()).contains("start a release that knows it"));
        assertThrows(IllegalStateException.class, () -> CatalogueCodec.exchange(new byte[] {2, 0, 0}));
    }
}
