package io.signalbox.amqp;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Random;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever a peer sends, it gets an answer of its own making: never a mistake of the broker, never another's trouble. */
class HostileBytesTest {

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private ListeningBroker broker;

    @BeforeEach
    void open() throws Exception {
        broker = new ListeningBroker();
    }

    @AfterEach
    void close() throws Exception {
        try (TestPeer sane = broker.connect().open().begin(0).attachSender(0, "sane")) {
            sane.send(0, TestPeer.transfer(0, 0), TestPeer.durable("still here"));
            assertInstanceOf(Accepted.class, sane.expect(Disposition.class).getState(), "seed " + seed);
        }
        broker.close();
    }

    @Test
    void everyPerformativeWithAnyFieldsIsAnsweredAsThePeersError() throws Exception {
        for (int code = 0x10; code <= 0x19; code++) {
            for (int fields = 0; fields <= 15; fields++) {
                for (int variant = 0; variant < 4; variant++) {
                    ByteArrayOutputStream list = new ByteArrayOutputStream();
                    for (int i = 0; i < fields; i++) list.write(variant == 0 ? new byte[] {0x40} : value(variant));
                    byte[] frame = frame(code, fields, list.toByteArray());
                    provoke(frame);
                }
            }
        }
    }

    @Test
    void aConversationWithFlippedBytesIsAnsweredAsThePeersError() throws Exception {
        for (int round = 0; round < 400; round++) {
            byte[] conversation = conversation();
            int flips = 1 + random.nextInt(4);
            for (int i = 0; i < flips; i++) {
                conversation[random.nextInt(conversation.length)] = (byte) random.nextInt(256);
            }
            provoke(conversation);
        }
    }

    @Test
    void bytesBeforeTheLoginMayBeAnything() throws Exception {
        for (int round = 0; round < 200; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (round % 2 == 0 && bytes.length >= 8) {
                ByteBuffer.wrap(bytes).putLong(round % 4 == 0 ? ProtocolHeader.SASL : ProtocolHeader.AMQP);
            }
            try (TestPeer peer = broker.connect()) {
                peer.sendBytes(bytes);
                peer.endOutput();
            }
        }
    }

    @Test
    void aPeerThatReadsNoAnswersIsReadNoMoreUntilItDoes() throws Exception {
        Flow echo = new Flow();
        echo.setIncomingWindow(UnsignedInteger.ONE);
        echo.setNextOutgoingId(UnsignedInteger.ZERO);
        echo.setOutgoingWindow(UnsignedInteger.ONE);
        echo.setNextIncomingId(UnsignedInteger.ZERO);
        echo.setEcho(true);
        byte[] one = TestPeer.frame(FrameReader.TYPE_AMQP, 0, echo, new byte[0]);
        ByteBuffer many = ByteBuffer.allocate(one.length * 2000);
        while (many.hasRemaining()) many.put(one);
        try (SocketChannel peer = SocketChannel.open(new InetSocketAddress("127.0.0.1", broker.port));
                Selector selector = Selector.open()) {
            peer.write(ByteBuffer.allocate(8).putLong(0, ProtocolHeader.AMQP));
            peer.write(ByteBuffer.wrap(TestPeer.frame(FrameReader.TYPE_AMQP, 0, TestPeer.openFrame(), new byte[0])));
            peer.write(ByteBuffer.wrap(frame(0x11, 4, new byte[] {0x40, 0x43, 0x52, 0x7f, 0x52, 0x7f})));
            peer.configureBlocking(false);
            SelectionKey key = peer.register(selector, SelectionKey.OP_WRITE);
            long written = 0;
            while (selector.select(500) > 0) {
                selector.selectedKeys().clear();
                if (!many.hasRemaining()) many.clear();
                written += peer.write(many);
                assertTrue(written < 100 << 20, "it was still read after " + written + " bytes");
            }
            ByteBuffer answers = ByteBuffer.allocate(1 << 20);
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            while (selector.select(5000) > 0 && !key.isWritable()) {
                selector.selectedKeys().clear();
                peer.read(answers.clear());
            }
            assertTrue(key.isWritable(), "it reads again, and is not read");
        }
    }

    private static byte[] frame(int code, int fields, byte[] list) {
        ByteBuffer frame = ByteBuffer.allocate(20 + list.length);
        frame.putInt(20 + list.length).putInt(0x02000000);
        frame.put(new byte[] {0, 0x53, (byte) code, (byte) 0xd0})
                .putInt(4 + list.length)
                .putInt(fields)
                .put(list);
        return frame.array();
    }

    private byte[] value(int variant) {
        if (variant == 1) return random.nextBoolean() ? new byte[] {0x43} : new byte[] {0x40};
        return switch (random.nextInt(10)) {
            case 0 -> new byte[] {0x40};
            case 1 -> new byte[] {0x41};
            case 2 -> new byte[] {0x43};
            case 3 -> new byte[] {0x52, (byte) random.nextInt(256)};
            case 4 -> new byte[] {(byte) 0xa1, 1, 'x'};
            case 5 -> new byte[] {(byte) 0xa3, 1, 'y'};
            case 6 -> new byte[] {(byte) 0xa0, 1, 0};
            case 7 -> new byte[] {0x00, 0x53, (byte) (0x23 + random.nextInt(8)), 0x45};
            case 8 -> new byte[] {(byte) 0xc1, 1, 0};
            default -> new byte[] {0x70, (byte) random.nextInt(256), 1, 2, 3};
        };
    }

    private static byte[] conversation() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Begin begin = new Begin();
        begin.setNextOutgoingId(UnsignedInteger.ZERO);
        begin.setIncomingWindow(UnsignedInteger.valueOf(10));
        begin.setOutgoingWindow(UnsignedInteger.valueOf(10));
        Disposition disposition = new Disposition();
        disposition.setRole(Role.RECEIVER);
        disposition.setFirst(UnsignedInteger.ZERO);
        disposition.setLast(UnsignedInteger.MAX_VALUE);
        disposition.setSettled(true);
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.ONE);
        for (Object performative : new Object[] {
            begin,
            TestPeer.sender("s", 0, "q"),
            TestPeer.receiver("r", 1, "q"),
            TestPeer.flow(1, 0, 10),
            TestPeer.transfer(0, 0),
            disposition,
            detach,
            new End()
        }) {
            boolean transfer = performative instanceof org.apache.qpid.proton.amqp.transport.Transfer;
            byte[] content = transfer ? TestPeer.durable("text") : new byte[0];
            all.write(TestPeer.frame(FrameReader.TYPE_AMQP, 3, performative, content));
        }
        return all.toByteArray();
    }

    /** Sends bytes on an open connection with a session on channel 0, and reads all answers. */
    private void provoke(byte[] bytes) throws Exception {
        try (TestPeer peer = broker.connect().open().begin(0)) {
            peer.sendBytes(bytes).send(0, new Close());
            peer.endOutput();
            try {
                while (true) {
                    if (!(peer.next() instanceof Close close) || close.getError() == null) continue;
                    assertNotEquals(
                            AmqpError.INTERNAL_ERROR,
                            close.getError().getCondition(),
                            () -> Hex.text(bytes) + ", seed " + seed);
                }
            } catch (IOException end) {
                return; // the socket has ended
            }
        }
    }
}
