package io.signalbox.amqp;

import io.signalbox.broker.security.Credentials;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.security.SaslCode;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of the SASL layer (AMQP 1.0 §5.3): which mechanisms are offered, and what a peer's init shows. Every
 * mechanism so far needs one step. Pure functions.
 */
final class SaslNegotiator {

    private static final Pattern MECHANISM_NAME = Pattern.compile("[A-Z0-9_-]{1,20}");

    private SaslNegotiator() {}

    static SaslMechanisms offer(Set<SaslMechanism> mechanisms) {
        SaslMechanisms offer = new SaslMechanisms();
        offer.setSaslServerMechanisms(Arrays.stream(SaslMechanism.values())
                .filter(mechanisms::contains)
                .map(mechanism -> Symbol.valueOf(mechanism.name()))
                .toArray(Symbol[]::new));
        return offer;
    }

    /** What the peer shows of itself; empty if the mechanism was not offered or its response is not well-formed. */
    static Optional<Credentials> credentials(SaslInit init, Set<SaslMechanism> mechanisms, SocketAddress remote) {
        String wanted = init.getMechanism().toString();
        for (SaslMechanism mechanism : mechanisms) {
            if (!mechanism.name().equals(wanted)) continue;
            return switch (mechanism) {
                case ANONYMOUS -> Optional.of(new Credentials.Anonymous(remote));
                case PLAIN -> plain(init.getInitialResponse(), remote);
            };
        }
        return Optional.empty();
    }

    /** What is wrong with an init that shows nothing, for the log; of the peer's words only what RFC 4422 lets a name be. */
    static String whyNot(SaslInit init, Set<SaslMechanism> mechanisms) {
        String wanted = init.getMechanism().toString();
        if (mechanisms.stream().anyMatch(mechanism -> mechanism.name().equals(wanted))) {
            return "the response is not one of the mechanism " + wanted;
        }
        String name = MECHANISM_NAME.matcher(wanted).matches() ? wanted + " " : "";
        return "the mechanism " + name + "is not offered here, which has " + mechanisms;
    }

    /** RFC 4616: [authorization identity] NUL user NUL password, all UTF-8. Acting for somebody else is not offered. */
    private static Optional<Credentials> plain(@Nullable Binary response, SocketAddress remote) {
        if (response == null) return Optional.empty();
        byte[] bytes = AmqpFormat.bytesOf(response);
        int firstNul = indexOfNul(bytes, 0);
        int secondNul = firstNul < 0 ? -1 : indexOfNul(bytes, firstNul + 1);
        if (secondNul < 0 || indexOfNul(bytes, secondNul + 1) >= 0) return Optional.empty();
        Optional<String> actingFor = utf8(bytes, 0, firstNul);
        Optional<String> user = utf8(bytes, firstNul + 1, secondNul);
        if (user.isEmpty() || user.get().isEmpty() || actingFor.isEmpty()) return Optional.empty();
        if (!actingFor.get().isEmpty() && !actingFor.equals(user)) return Optional.empty();
        byte[] password = Arrays.copyOfRange(bytes, secondNul + 1, bytes.length);
        return Optional.of(new Credentials.Password(remote, user.get(), password));
    }

    private static int indexOfNul(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == 0) return i;
        }
        return -1;
    }

    private static Optional<String> utf8(byte[] bytes, int from, int to) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, to - from))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    static SaslOutcome outcome(SaslCode code) {
        SaslOutcome outcome = new SaslOutcome();
        outcome.setCode(code);
        return outcome;
    }
}
