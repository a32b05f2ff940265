package io.signalbox.server.node;

import io.signalbox.broker.Broker;
import io.signalbox.broker.Users;
import io.signalbox.broker.security.PasswordHash;
import io.signalbox.broker.security.User;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The password of the first user, {@code admin}, as a container gets it: in the environment, or in a file that the environment
 * names. It makes that user if there is none at all, and is not silent if it could not be what the operator means. Immutable.
 */
record AdminPassword(String variable, String password) {

    private static final Logger LOG = LoggerFactory.getLogger(AdminPassword.class);

    private static final String NAME = "admin";
    private static final String VARIABLE = "SIGNALBOX_ADMIN_PASSWORD";
    private static final String FILE_VARIABLE = "SIGNALBOX_ADMIN_PASSWORD_FILE";

    /** @throws NodeFailure if what is said cannot be used */
    static Optional<AdminPassword> of(Map<String, String> environment) throws NodeFailure {
        String password = environment.get(VARIABLE);
        String file = environment.get(FILE_VARIABLE);
        if (password != null && file != null) {
            throw new NodeFailure(VARIABLE + " and " + FILE_VARIABLE + " are both set; take one away.");
        }
        if (password != null) return Optional.of(checked(VARIABLE, password));
        if (file == null) return Optional.empty();
        try {
            String text = Files.readString(Path.of(file), StandardCharsets.UTF_8);
            return Optional.of(checked(FILE_VARIABLE, text.replaceFirst("\\R\\z", "")));
        } catch (NoSuchFileException | InvalidPathException e) {
            throw new NodeFailure(FILE_VARIABLE + " names " + file + ", and there is no such file.", e);
        } catch (CharacterCodingException e) {
            throw new NodeFailure(FILE_VARIABLE + " names " + file + ", which is not UTF-8 text.", e);
        } catch (IOException e) {
            throw new NodeFailure(
                    FILE_VARIABLE + " names " + file + ", which cannot be read (" + e.getMessage() + ").", e);
        }
    }

    private static AdminPassword checked(String variable, String password) throws NodeFailure {
        int bytes = password.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0) throw new NodeFailure(variable + " gives an empty password; give another or take it away.");
        if (bytes > PasswordHash.MAX_PASSWORD_BYTES) {
            throw new NodeFailure(
                    variable + " gives a password of more than " + PasswordHash.MAX_PASSWORD_BYTES + " bytes.");
        }
        return new AdminPassword(variable, password);
    }

    /** Makes the user if there are none; durable on return. */
    void apply(Broker broker, LoopCall call) throws NodeFailure {
        Users users = broker.users();
        Optional<User> admin = users.find(NAME);
        if (users.isEmpty()) {
            PasswordHash hash = PasswordHash.of(password);
            call.await(loop -> users.add(loop, NAME, hash));
            LOG.info("event=user_added user={} from={}", NAME, variable);
        } else if (admin.isEmpty()) {
            LOG.warn(
                    "event=admin_password_unused from={} cause=\"there are users, and none is {}\" fix=\"take the variable"
                            + " away, or: signalbox user add {}\"",
                    variable,
                    NAME,
                    NAME);
        } else if (!admin.get().hash().matches(password.getBytes(StandardCharsets.UTF_8))) {
            LOG.warn(
                    "event=admin_password_unused from={} cause=\"the user {} has another password\" fix=\"take the"
                            + " variable away, or: signalbox user passwd {}\"",
                    variable,
                    NAME,
                    NAME);
        }
    }

    @Override
    public String toString() {
        return "AdminPassword[" + variable + "]"; // a password is never printed
    }
}
