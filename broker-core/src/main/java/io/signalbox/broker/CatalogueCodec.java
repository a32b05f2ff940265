package io.signalbox.broker;

import io.signalbox.broker.queue.QueueSettings;
import io.signalbox.broker.routing.Exchange;
import io.signalbox.broker.routing.ExchangeType;
import io.signalbox.broker.security.PasswordHash;
import io.signalbox.broker.security.User;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** How queues, exchanges, bindings and users are written in their tables: a version byte, then fields in order. Stateless. */
final class CatalogueCodec {

    /** The longest text a field takes, whatever its characters: {@code writeUTF} needs up to 3 bytes for each. */
    static final int MAX_TEXT_CHARS = 65_535 / 3;

    private static final int VERSION = 1;

    /** Bindings have, since this version, a filter and the name of a publisher that is left out. */
    private static final int BINDING_VERSION = 2;

    /** A queue as it is in the log. */
    record StoredQueue(long id, QueueSettings settings) {}

    /** A binding as it is in the log. */
    record StoredBinding(String exchange, String queue, BindingTerms terms) {}

    private interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    private interface Reader<T> {
        T read(DataInputStream in) throws IOException;
    }

    private interface VersionedReader<T> {
        T read(int version, DataInputStream in) throws IOException;
    }

    private CatalogueCodec() {}

    /** The names joined so that no two different lists give the same key; names have no NUL. */
    static byte[] key(String... names) {
        return String.join("\0", names).getBytes(StandardCharsets.UTF_8);
    }

    static byte[] queue(long id, QueueSettings settings) {
        return encode(out -> {
            out.writeLong(id);
            out.writeUTF(settings.name());
            out.writeByte(codeOf(settings.purpose()));
            out.writeInt(settings.windowBytes());
            out.writeUTF(cut(settings.creator()));
        });
    }

    /** The creator is for the operator's eyes; the beginning of a very long one will do. */
    private static String cut(String text) {
        return text.length() <= MAX_TEXT_CHARS ? text : text.substring(0, MAX_TEXT_CHARS);
    }

    static StoredQueue queue(byte[] value) {
        return decode(value, in -> {
            long id = in.readLong();
            String name = in.readUTF();
            QueueSettings.Purpose purpose = purposeOf(in.readByte());
            int windowBytes = in.readInt();
            return new StoredQueue(id, new QueueSettings(name, true, purpose, windowBytes, in.readUTF()));
        });
    }

    private static int codeOf(QueueSettings.Purpose purpose) {
        return switch (purpose) {
            case SHARED -> 0;
            case SESSION -> 1;
            case SUBSCRIPTION -> 2;
            case GROUP -> 3;
        };
    }

    private static QueueSettings.Purpose purposeOf(int code) {
        return switch (code) {
            case 0 -> QueueSettings.Purpose.SHARED;
            case 1 -> QueueSettings.Purpose.SESSION;
            case 2 -> QueueSettings.Purpose.SUBSCRIPTION;
            case 3 -> QueueSettings.Purpose.GROUP;
            default ->
                throw new IllegalStateException(
                        "a queue in the catalogue has purpose " + code + "; start a release that knows it");
        };
    }

    static byte[] exchange(String name, ExchangeType type) {
        return encode(out -> {
            out.writeUTF(name);
            out.writeByte(type.code());
        });
    }

    static Exchange exchange(byte[] value) {
        return decode(value, in -> {
            String name = in.readUTF();
            return new Exchange(name, ExchangeType.ofCode(in.readByte()), true);
        });
    }

    static byte[] binding(String exchange, String queue, BindingTerms terms) {
        return encode(BINDING_VERSION, out -> {
            out.writeUTF(exchange);
            out.writeUTF(queue);
            out.writeUTF(terms.key());
            out.writeUTF(terms.filterText());
            out.writeUTF(terms.noLocalName());
        });
    }

    static StoredBinding binding(byte[] value) {
        return decode(value, BINDING_VERSION, (version, in) -> {
            String exchange = in.readUTF();
            String queue = in.readUTF();
            BindingTerms byKey = BindingTerms.of(in.readUTF());
            if (version == 1) return new StoredBinding(exchange, queue, byKey);
            BindingTerms filtered = byKey.filteredBy(in.readUTF());
            String noLocalName = in.readUTF();
            return new StoredBinding(
                    exchange, queue, noLocalName.isEmpty() ? filtered : filtered.withoutMessagesOf(noLocalName));
        });
    }

    static byte[] user(User user) {
        return encode(out -> {
            out.writeUTF(user.name());
            out.writeUTF(user.hash().text());
            out.writeLong(user.createdMillis());
            out.writeLong(user.passwordMillis());
        });
    }

    /** @param revision see {@link User#revision}: it is of this process and not in the log */
    static User user(byte[] value, long revision) {
        return decode(
                value,
                in -> new User(in.readUTF(), PasswordHash.parse(in.readUTF()), in.readLong(), in.readLong(), revision));
    }

    static byte[] number(long value) {
        return encode(out -> out.writeLong(value));
    }

    static long number(byte[] value) {
        return decode(value, DataInputStream::readLong);
    }

    private static byte[] encode(Writer writer) {
        return encode(VERSION, writer);
    }

    private static byte[] encode(int version, Writer writer) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeByte(version);
            writer.write(out);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T decode(byte[] value, Reader<T> reader) {
        return decode(value, VERSION, (version, in) -> reader.read(in));
    }

    private static <T> T decode(byte[] value, int newest, VersionedReader<T> reader) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(value))) {
            int version = in.readByte();
            if (version < 1 || version > newest) {
                throw new IllegalStateException("a catalogue entry has version " + version + ", this release reads "
                        + newest + " at most; start a release that knows it");
            }
            return reader.read(version, in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
