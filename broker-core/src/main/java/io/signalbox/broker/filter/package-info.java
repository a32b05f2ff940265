/** What a subscription or a binding wants to see of the messages that come its way. */
@NullMarked
package io.signalbox.broker.filter;

import org.jspecify.annotations.NullMarked;
