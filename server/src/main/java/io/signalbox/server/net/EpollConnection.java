package io.signalbox.server.net;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelId;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.AbstractEpollStreamChannel;
import io.netty.channel.epoll.EpollChannelConfig;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.NativeInetAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A TCP connection on epoll that an {@link EpollPort} has accepted. Netty's own keeps both its addresses as four objects each and
 * an identifier that tells it from the channels of all other machines; of this one there may be very many, so it keeps the bytes of
 * the peer's address, asks the system for its own, and has a number. Confined to its event loop.
 */
final class EpollConnection extends AbstractEpollStreamChannel {

    private static final AtomicLong NUMBERS = new AtomicLong();

    private final Options options = new Options(this);

    /** As the system tells it. */
    private final byte[] remote;

    /** @param file the descriptor of the socket */
    EpollConnection(int file, byte[] remote) {
        super(
                LinuxSocket.newSocket(file),
                false); // of one that is active from the start netty looks up and keeps the addresses
        this.remote = remote;
        active = true;
    }

    @Override
    public EpollChannelConfig config() {
        return options;
    }

    @Override
    public SocketAddress localAddress() {
        return socket.localAddress();
    }

    @Override
    public SocketAddress remoteAddress() {
        return NativeInetAddress.address(remote, 0, remote.length);
    }

    @Override
    protected ChannelId newId() {
        return new Serial(NUMBERS.incrementAndGet());
    }

    private record Serial(long number) implements ChannelId {
        @Override
        public String asShortText() {
            return Long.toString(number);
        }

        @Override
        public String asLongText() {
            return asShortText();
        }

        @Override
        public int compareTo(ChannelId other) {
            return asLongText().compareTo(other.asLongText());
        }
    }

    private static final class Options extends EpollChannelConfig {
        Options(EpollConnection connection) {
            super(connection);
        }

        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
            validate(option, value);
            try {
                if (option.equals(ChannelOption.TCP_NODELAY)) socket().setTcpNoDelay((Boolean) value);
                else if (option.equals(ChannelOption.SO_KEEPALIVE)) socket().setKeepAlive((Boolean) value);
                else return super.setOption(option, value);
            } catch (IOException e) {
                throw new ChannelException(e);
            }
            return true;
        }
    }
}
