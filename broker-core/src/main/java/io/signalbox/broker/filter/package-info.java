/** One predicate tree over what is selectable of a message; its front end is the selector language of JMS. */
@NullMarked
package io.signalbox.broker.filter;

import org.jspecify.annotations.NullMarked;
