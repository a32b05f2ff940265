package io.signalbox.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;

/** The one handler in an MQTT channel: passes netty's events to the connection. Confined to the channel's event loop. */
final class MqttHandler extends ChannelInboundHandlerAdapter {

    private final MqttConnection connection;

    MqttHandler(MqttConnection connection) {
        this.connection = connection;
    }

    MqttConnection connection() {
        return connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
        connection.read((ByteBuf) bytes);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        connection.readComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        connection.writabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connection.end(Stage.Ending.LOST);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) { // the network's
            connection.end(Stage.Ending.LOST);
            return;
        }
        connection.fail(cause);
    }
}
