package io.signalbox.broker.message;

/**
 * Names of properties that stand for what one protocol knows and the other has no field for; {@code docs/properties.md} is
 * the table of them. A property of an application that has such a name by chance is carried as {@link #PROPERTY} + name.
 */
public final class ReservedNames {

    public static final String PREFIX = "amqp.";

    /** Message annotations whose keys begin so are carried under their own name. */
    public static final String ANNOTATION_PREFIX = "x-opt-";

    /** Says of which type a property is that is not a string: {@code int:count}. */
    public static final String TYPE = "amqp.type";

    public static final String MESSAGE_ID = "amqp.message-id";
    public static final String MESSAGE_ID_TYPE = "amqp.message-id-type";
    public static final String CORRELATION_ID_TYPE = "amqp.correlation-id-type";
    public static final String SUBJECT = "amqp.subject";

    /** A reply-to that cannot be a response topic. */
    public static final String REPLY_TO = "amqp.reply-to";

    /** How the sender wrote the reply-to, where that is not how it would be written again. */
    public static final String REPLY_TO_ADDRESS = "amqp.reply-to-address";

    public static final String REPLY_TO_GROUP_ID = "amqp.reply-to-group-id";
    public static final String USER_ID = "amqp.user-id";
    public static final String CONTENT_ENCODING = "amqp.content-encoding";

    /** The content type of a body that travels encoded. */
    public static final String CONTENT_TYPE = "amqp.content-type";

    public static final String ABSOLUTE_EXPIRY_TIME = "amqp.absolute-expiry-time";
    public static final String CREATION_TIME = "amqp.creation-time";
    public static final String GROUP_ID = "x-opt-group-id";
    public static final String GROUP_SEQUENCE = "amqp.group-sequence";
    public static final String PRIORITY = "amqp.priority";

    /** What the body is if the payload does not tell: {@code none}, {@code null} or {@code value}. */
    public static final String BODY = "amqp.body";

    /** The lengths of the data sections if there are several. */
    public static final String DATA_SECTIONS = "amqp.data-sections";

    public static final String FOOTER = "amqp.footer";

    /** Before the key of a message annotation that is another name already. */
    public static final String ANNOTATION = "amqp.annotation.";

    /** Before the name of an application property that would read as reserved. */
    public static final String PROPERTY = "amqp.property.";

    private ReservedNames() {}

    public static boolean isReserved(String name) {
        return name.startsWith(PREFIX) || name.startsWith(ANNOTATION_PREFIX);
    }
}
