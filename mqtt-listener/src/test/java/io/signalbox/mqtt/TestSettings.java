package io.signalbox.mqtt;

/** Default settings with what a test changes. */
final class TestSettings {

    private static final MqttSettings DEFAULTS = MqttSettings.defaults();

    int maximumPacketBytes = DEFAULTS.maximumPacketBytes();
    int receiveMaximum = DEFAULTS.receiveMaximum();
    int outboundWindow = DEFAULTS.outboundWindow();
    int maximumKeepAliveSeconds = DEFAULTS.maximumKeepAliveSeconds();
    long maximumSessionExpirySeconds = DEFAULTS.maximumSessionExpirySeconds();
    int maximumFilterBytes = DEFAULTS.maximumFilterBytes();
    int connectTimeoutMillis = DEFAULTS.connectTimeoutMillis();
    MqttSettings.Profile profile = DEFAULTS.profile();

    TestSettings with(java.util.function.Consumer<TestSettings> change) {
        change.accept(this);
        return this;
    }

    MqttSettings build() {
        return new MqttSettings(
                DEFAULTS.connectPacketBytes(),
                maximumPacketBytes,
                receiveMaximum,
                outboundWindow,
                DEFAULTS.outboundBufferBytes(),
                DEFAULTS.topicAliasMaximum(),
                maximumKeepAliveSeconds,
                maximumSessionExpirySeconds,
                maximumFilterBytes,
                DEFAULTS.maximumClientIdChars(),
                connectTimeoutMillis,
                profile);
    }
}
