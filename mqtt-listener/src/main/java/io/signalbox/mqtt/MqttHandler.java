package io.signalbox.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.signalbox.mqtt.codec.ReasonCode;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one handler in an MQTT channel: passes netty's events to the connection. Confined to the channel's event loop. */
final class MqttHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(MqttHandler.class);

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
        LOG.error("event=mqtt_connection_failed remote={}", ctx.channel().remoteAddress(), cause);
        connection.disconnect(ReasonCode.UNSPECIFIED_ERROR);
    }
}
