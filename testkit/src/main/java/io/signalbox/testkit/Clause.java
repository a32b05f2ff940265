package io.signalbox.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the clauses of a specification that a test holds us to: {@code MQTT-3.1.2-24} of MQTT 5.0, {@code MQTT3-3.1.2-24}
 * of MQTT 3.1.1, {@code AMQP-2.6.7-5} of AMQP 1.0, which numbers its sections only: the last number is the catalogue's. The
 * build writes a report of them, and fails on an id that does not exist.
 */
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Clause {

    String[] value();
}
