package io.signalbox.server.net;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;

/**
 * Stands before a channel on epoll so that a peer that has left is still read piece by piece: told that a peer says no more,
 * netty reads all that is left in one turn, which may be megabytes. While there is something to read it is not told; the end
 * comes after the last bytes anyway. Confined to the channel's event loop.
 */
@SuppressWarnings("try") // what close throws is the channel's
final class LastWords implements EpollIoHandle {

    private final EpollIoHandle channel;

    private LastWords(EpollIoHandle channel) {
        this.channel = channel;
    }

    static IoHandle before(IoHandle channel) {
        return channel instanceof EpollIoHandle epoll ? new LastWords(epoll) : channel;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        EpollIoOps ops = ((EpollIoEvent) event).ops();
        if (ops.contains(EpollIoOps.EPOLLIN) && ops.contains(EpollIoOps.EPOLLRDHUP)) {
            EpollIoOps withoutEnd = ops.without(EpollIoOps.EPOLLRDHUP);
            channel.handle(registration, (EpollIoEvent) () -> withoutEnd);
        } else {
            channel.handle(registration, event);
        }
    }

    @Override
    public FileDescriptor fd() {
        return channel.fd();
    }

    @Override
    public void registered() {
        channel.registered();
    }

    @Override
    public void unregistered() {
        channel.unregistered();
    }

    @Override
    public void close() throws Exception {
        channel.close();
    }
}
