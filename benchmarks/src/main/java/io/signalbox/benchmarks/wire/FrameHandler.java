package io.signalbox.benchmarks.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.signalbox.benchmarks.load.Trouble;
import org.jspecify.annotations.Nullable;

/**
 * One connection: cuts what it reads into frames without copying them, and gathers what is to be written into few large
 * buffers. Confined to the generator's event loop.
 */
public abstract class FrameHandler extends ChannelInboundHandlerAdapter {

    private static final int BUFFER_BYTES = 64 << 10;

    private final String name;
    private final Trouble trouble;
    private @Nullable Channel channel;
    private @Nullable ByteBuf rest;
    private @Nullable ByteBuf out;
    private boolean closing;

    protected FrameHandler(String name, Trouble trouble) {
        this.name = name;
        this.trouble = trouble;
    }

    /** The whole length of the frame that begins at the reader index; -1 if more must be read to know it. */
    protected abstract int frameBytes(ByteBuf in);

    /** A whole frame stands from the reader index to this index; the buffer is the caller's. */
    protected abstract void onFrame(ByteBuf in, int end);

    protected abstract void onConnected();

    /** What was read so far is dealt with; output is flushed afterwards. */
    protected abstract void onEndOfRead();

    /** The connection is of no more use; whoever waits for it has to hear. */
    protected abstract void onFailure(String sentence);

    protected final void fail(String sentence) {
        if (closing) return;
        trouble.report(name + ": " + sentence);
        onFailure(name + ": " + sentence);
    }

    /** The buffer to write to, with room for so many bytes. */
    protected final ByteBuf out(int bytes) {
        ByteBuf current = out;
        if (current != null && current.writableBytes() < bytes) {
            handOver(current);
            current = null;
        }
        if (current == null) {
            current = channel().alloc().directBuffer(Math.max(BUFFER_BYTES, bytes));
            out = current;
        }
        return current;
    }

    private void handOver(ByteBuf full) {
        channel().write(full, channel().voidPromise());
        out = null;
    }

    public final void flush() {
        ByteBuf current = out;
        if (current == null) return;
        handOver(current);
        channel().flush();
    }

    private Channel channel() {
        Channel connected = channel;
        if (connected == null) throw new IllegalStateException(name + " is not connected");
        return connected;
    }

    /** What the peer says or does from now on is nobody's trouble; false if the connection was never there. */
    protected final boolean expectEnd() {
        closing = true;
        return channel != null;
    }

    /** Ends the connection. */
    public final void close() {
        closing = true;
        Channel connected = channel;
        if (connected != null) connected.close();
    }

    @Override
    public final void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        onConnected();
        flush();
    }

    @Override
    public final void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        ByteBuf begun = rest;
        if (begun != null) {
            begun.writeBytes(in);
            in.release();
            in = begun;
            rest = null;
        }
        try {
            while (!closing) {
                int bytes = frameBytes(in);
                if (bytes < 0 || in.readableBytes() < bytes) break;
                int end = in.readerIndex() + bytes;
                onFrame(in, end);
                in.readerIndex(end);
            }
            if (in.isReadable() && !closing) {
                rest = context.alloc().directBuffer(BUFFER_BYTES * 2).writeBytes(in);
            }
        } finally {
            in.release();
        }
    }

    @Override
    public final void channelReadComplete(ChannelHandlerContext context) {
        onEndOfRead();
        flush();
    }

    @Override
    public final void channelInactive(ChannelHandlerContext context) {
        ByteBuf begun = rest;
        rest = null;
        if (begun != null) begun.release();
        fail("the broker closed the connection");
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(cause.toString());
        close();
    }
}
