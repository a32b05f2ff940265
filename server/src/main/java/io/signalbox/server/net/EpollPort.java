package io.signalbox.server.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.AbstractEpollServerChannel;
import io.netty.channel.epoll.EpollChannelConfig;
import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Arrays;

/** A TCP port on epoll whose connections are {@link EpollConnection}s. Confined to its event loop. */
public final class EpollPort extends AbstractEpollServerChannel {

    private final Options options = new Options(this);

    /** For netty, which makes channels by their class. */
    public EpollPort() {
        super(LinuxSocket.newSocketStream(), false);
    }

    @Override
    public EpollChannelConfig config() {
        return options;
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        super.doBind(address);
        socket.listen(options.backlog);
        active = true;
    }

    @Override
    protected Channel newChildChannel(int file, byte[] remote, int from, int length) {
        return new EpollConnection(file, Arrays.copyOfRange(remote, from, from + length));
    }

    private static final class Options extends EpollChannelConfig {
        private int backlog = 128;

        Options(EpollPort port) {
            super(port);
        }

        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
            validate(option, value);
            try {
                if (option.equals(ChannelOption.SO_BACKLOG)) backlog = (Integer) value;
                else if (option.equals(ChannelOption.SO_REUSEADDR)) socket().setReuseAddress((Boolean) value);
                else return super.setOption(option, value);
            } catch (IOException e) {
                throw new ChannelException(e);
            }
            return true;
        }
    }
}
