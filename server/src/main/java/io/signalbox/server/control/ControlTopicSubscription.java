package io.signalbox.server.control;

import io.netty.channel.Channel;
import io.signalbox.broker.Loop;
import io.signalbox.broker.VirtualHost;
import io.signalbox.broker.message.Message;
import io.signalbox.broker.routing.Binding;
import io.signalbox.broker.routing.DirectListener;
import io.signalbox.broker.routing.DirectSubscription;

/** Streams what is published to topics, as long as the command keeps up; what it misses, it is told the number of. */
final class ControlTopicSubscription implements ControlSubscription, DirectListener {

    private final Channel channel;
    private final VirtualHost host;
    private final String filter;
    private final DirectSubscription subscription;
    private final long limit;
    private long delivered;
    private long skipped;

    /** @throws IllegalArgumentException if the filter is not valid */
    ControlTopicSubscription(Channel channel, VirtualHost host, Loop loop, String filter, long limit) {
        this.channel = channel;
        this.host = host;
        this.filter = filter;
        this.limit = limit;
        this.subscription = host.openDirect(loop, this);
        host.topics().addBinding(Binding.of(filter, subscription));
    }

    @Override
    public void onMessage(Message message, int flags) {
        message.release();
        if (delivered >= limit) return;
        if (!channel.isWritable() || message.large().isPresent()) {
            skipped++;
            return;
        }
        channel.write(ControlSubscription.toControl(message, ++delivered).toLine());
    }

    @Override
    public void onBatchEnd() {
        onWritabilityChanged();
        channel.flush();
    }

    @Override
    public void onWritabilityChanged() {
        if (skipped == 0 || !channel.isWritable()) return;
        channel.writeAndFlush(
                ControlMessage.of("skipped").with("messages", skipped).toLine());
        skipped = 0;
    }

    @Override
    public void accept(long delivery) throws ControlRefusal {
        throw new ControlRefusal(ControlRefusal.REFUSED, "Messages of a topic are not settled.");
    }

    @Override
    public void close() {
        host.topics().removeBinding(filter, subscription);
        subscription.close();
    }
}
