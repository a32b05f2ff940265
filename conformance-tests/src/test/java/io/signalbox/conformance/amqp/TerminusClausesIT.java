package io.signalbox.conformance.amqp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.signalbox.conformance.process.Await;
import io.signalbox.conformance.process.BrokerUnderTest;
import io.signalbox.conformance.process.SharedBroker;
import io.signalbox.testkit.Clause;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.messaging.Accepted;
import org.apache.qpid.protonj2.types.messaging.DeleteOnClose;
import org.apache.qpid.protonj2.types.messaging.DeleteOnNoLinks;
import org.apache.qpid.protonj2.types.messaging.DeleteOnNoLinksOrMessages;
import org.apache.qpid.protonj2.types.messaging.DeleteOnNoMessages;
import org.apache.qpid.protonj2.types.messaging.LifetimePolicy;
import org.apache.qpid.protonj2.types.messaging.Modified;
import org.apache.qpid.protonj2.types.messaging.Source;
import org.apache.qpid.protonj2.types.messaging.Target;
import org.apache.qpid.protonj2.types.transport.AmqpError;
import org.apache.qpid.protonj2.types.transport.Attach;
import org.apache.qpid.protonj2.types.transport.Detach;
import org.apache.qpid.protonj2.types.transport.Disposition;
import org.apache.qpid.protonj2.types.transport.Flow;
import org.apache.qpid.protonj2.types.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** AMQP 1.0 §3.5.3, §3.5.4 and §3.5.9 on: sources, targets, and nodes that are made for a link. */
@ExtendWith(SharedBroker.class)
final class TerminusClausesIT {

    private static final String QUEUE = "clauses.terminus";
    private static final Symbol LIFETIME = Symbol.valueOf("lifetime-policy");

    private FramePeer peer;
    private BrokerUnderTest broker;

    @BeforeEach
    void connect(BrokerUnderTest shared) {
        broker = shared;
        peer = FramePeer.connect(shared, "my/container").open().begin(0);
    }

    @AfterEach
    void disconnect() {
        peer.close();
    }

    private static Attach dynamicReceiver(int handle) {
        Attach attach = Frames.receiver(handle, null).setName("my+link");
        attach.getSource().setDynamic(true);
        return attach;
    }

    private static Attach dynamicSender(int handle, LifetimePolicy policy) {
        Attach attach = Frames.sender(handle, null).setName("my+link");
        attach.<Target>getTarget().setDynamic(true).setDynamicNodeProperties(Map.of(LIFETIME, policy));
        return attach;
    }

    /** Makes a node and waits for the credit; its address. */
    private String makeNode(int handle, LifetimePolicy policy) {
        Target target =
                peer.send(0, dynamicSender(handle, policy)).expect(Attach.class).getTarget();
        peer.expect(Flow.class);
        assertInstanceOf(policy.getClass(), target.getDynamicNodeProperties().get(LIFETIME));
        return target.getAddress();
    }

    private static void assertNamesItsMaker(String address) {
        assertNotNull(address);
        assertTrue(address.contains("my_container") && address.contains("my_link"), address);
    }

    @Clause({"AMQP-3.5.3-2", "AMQP-3.5.3-3"})
    @Test
    void theAnswerHasTheAddressOfADynamicSource() {
        Source source = peer.attachedSource(dynamicReceiver(0));
        assertTrue(source.isDynamic());
        assertNamesItsMaker(source.getAddress());
        peer.send(0, Frames.flow(0, 0, 1)).sender(1, source.getAddress());
        peer.send(0, Frames.transfer(1, 0), Frames.text("found"));
        Object first = peer.next();
        Object second = peer.next();
        assertTrue(first instanceof Transfer || second instanceof Transfer);
    }

    @Clause({"AMQP-3.5.4-2", "AMQP-3.5.4-3"})
    @Test
    void theAnswerHasTheAddressOfADynamicTarget() {
        String address = makeNode(0, DeleteOnClose.getInstance());
        assertNamesItsMaker(address);
        peer.send(0, Frames.transfer(0, 0), Frames.text("found")).expect(Disposition.class);
        peer.receiver(1, address, 1).expect(Transfer.class);
        assertEquals("found", peer.text());
    }

    @Clause("AMQP-3.5.3-3")
    @Test
    void aNameOfAnyLengthMakesAnAddress() {
        Attach attach = dynamicReceiver(0).setName("l".repeat(2000));
        String address = peer.attachedSource(attach).getAddress();
        assertTrue(address.length() < 200 && address.contains("-llllllll"), address);
    }

    @Clause({"AMQP-3.5.3-1", "AMQP-3.5.4-1"})
    @Test
    void whoAsksForADynamicNodeNamesNoAddress() {
        Attach receiver = dynamicReceiver(0);
        receiver.getSource().setAddress(QUEUE);
        assertNull(peer.send(0, receiver).expect(Attach.class).getSource());
        assertEquals(AmqpError.INVALID_FIELD, peer.expectDetach().getCondition());
        Attach sender = dynamicSender(1, DeleteOnClose.getInstance());
        sender.<Target>getTarget().setAddress(QUEUE);
        assertNull(peer.send(0, sender).expect(Attach.class).<Target>getTarget());
        assertEquals(AmqpError.INVALID_FIELD, peer.expectDetach().getCondition());
        assertTrue(broker.control().queueDepths().isEmpty());
    }

    @Clause({"AMQP-3.5.3-8", "AMQP-3.5.4-4"})
    @Test
    void propertiesOfADynamicNodeAreNotSaidOfAnother() {
        Attach receiver = Frames.receiver(0, QUEUE);
        receiver.getSource().setDynamicNodeProperties(Map.of(LIFETIME, DeleteOnClose.getInstance()));
        Source source = peer.attachedSource(receiver);
        assertFalse(source.isDynamic());
        assertNull(source.getDynamicNodeProperties());
        Target target =
                peer.send(0, Frames.sender(1, QUEUE)).expect(Attach.class).getTarget();
        assertFalse(target.isDynamic());
        assertNull(target.getDynamicNodeProperties());
        peer.send(0, Frames.detach(0)).expect(Flow.class);
        assertTrue(broker.control().queueDepths().containsKey(QUEUE));
    }

    @Clause({"AMQP-3.5.3-6", "AMQP-3.5.3-7", "AMQP-3.5.3-4"})
    @Test
    void theAnswerHasModeOutcomesAndADefaultThatHolds() {
        peer.sender(0, QUEUE).send(0, Frames.transfer(0, 0), Frames.text("m")).expect(Disposition.class);
        Attach attach = Frames.receiver(1, QUEUE);
        attach.getSource().setDefaultOutcome(new Modified().setDeliveryFailed(true));
        Source source = peer.attachedSource(attach);
        assertEquals(Symbol.valueOf("move"), source.getDistributionMode());
        assertTrue(((Modified) source.getDefaultOutcome()).isDeliveryFailed());
        String[] outcomes = Arrays.stream(source.getOutcomes())
                .map(Symbol::toString)
                .sorted()
                .toArray(String[]::new);
        assertArrayEquals(
                new String[] {"amqp:accepted:list", "amqp:modified:list", "amqp:rejected:list", "amqp:released:list"},
                outcomes);
        peer.send(0, Frames.flow(1, 0, 1)).expect(Transfer.class);
        peer.send(0, Frames.settled(0, 0, null)); // settled without an outcome
        peer.send(0, Frames.flow(1, 1, 1)).expect(Transfer.class);
        assertEquals(1, peer.payload()[4 + peer.payload()[4]]); // header, the last field: delivery-count
    }

    /** §1.4: where a field has many values, none is null or an empty array, and one may stand for itself. */
    @Clause({"AMQP-1.4-2", "AMQP-1.4-3"})
    @Test
    void aFieldOfManyValuesMayHaveNoneOrOne() {
        String none = "40";
        String empty = "e00200a3";
        String one = "a305 746f706963";
        String array = "e00801 a305 746f706963";
        assertArrayEquals(capabilities(0, none), capabilities(1, empty));
        assertArrayEquals(new Symbol[] {Symbol.valueOf("topic")}, capabilities(2, one));
        assertArrayEquals(new Symbol[] {Symbol.valueOf("topic")}, capabilities(3, array));
    }

    /** Attaches a sender to {@code clauses} with these encoded capabilities; those of the answer. */
    private Symbol[] capabilities(int handle, String capabilities) {
        String target = list("a107 636c6175736573 40 40 40 40 40 " + capabilities, 7);
        String attach = list(
                String.format("a101%02x 52%02x 42 40 40 005328 45 005329 %s 40 40 43", 'a' + handle, handle, target),
                10);
        byte[] body = FramePeer.hex("005312" + attach);
        peer.sendHex(String.format("%08x 02000000", 8 + body.length)).sendBytes(body);
        Target actual = peer.expect(Attach.class).getTarget();
        peer.expect(Flow.class);
        return actual.getCapabilities() == null ? new Symbol[0] : actual.getCapabilities();
    }

    private static String list(String fields, int count) {
        return String.format("c0%02x%02x", FramePeer.hex(fields).length + 1, count) + fields;
    }

    private void awaitNodes(int nodes) {
        Await.until(nodes + " queues", () -> broker.control().queueDepths().size() == nodes);
    }

    @Clause({"AMQP-3.5.9-1", "AMQP-3.5.10-1"})
    @Test
    void deleteOnCloseGoesWithTheLinkThatMadeIt() {
        String address = makeNode(0, DeleteOnClose.getInstance());
        peer.send(0, Frames.transfer(0, 0), Frames.text("m")).expect(Disposition.class);
        peer.receiver(1, address, 0).send(0, Frames.detach(0)).expect(Detach.class);
        awaitNodes(0);
    }

    @Clause({"AMQP-3.5.9-1", "AMQP-3.5.11-1"})
    @Test
    void deleteOnNoLinksGoesWithItsLastLink() {
        String address = makeNode(0, DeleteOnNoLinks.getInstance());
        peer.send(0, Frames.transfer(0, 0), Frames.text("m")).expect(Disposition.class);
        peer.receiver(1, address, 0).send(0, Frames.detach(0)).expect(Detach.class);
        peer.send(0, Frames.flow(1, 0, 1)).expect(Transfer.class);
        assertEquals(1, broker.control().queueDepths().size());
        peer.send(0, Frames.detach(1)).expect(Detach.class);
        awaitNodes(0);
    }

    @Clause({"AMQP-3.5.9-1", "AMQP-3.5.12-1"})
    @Test
    void deleteOnNoMessagesGoesWithItsLastMessage() {
        String address = makeNode(0, DeleteOnNoMessages.getInstance());
        peer.send(0, Frames.transfer(0, 0), Frames.text("m")).expect(Disposition.class);
        peer.send(0, Frames.detach(0)).expect(Detach.class);
        assertEquals(1, broker.control().queueDepths().size());
        peer.receiver(1, address, 1).expect(Transfer.class);
        peer.send(0, Frames.settled(0, 0, Accepted.getInstance()));
        awaitNodes(0);
    }

    @Clause({"AMQP-3.5.9-1", "AMQP-3.5.13-1"})
    @Test
    void deleteOnNoLinksOrMessagesGoesWhenThereIsNeither() {
        String address = makeNode(0, DeleteOnNoLinksOrMessages.getInstance());
        peer.send(0, Frames.transfer(0, 0), Frames.text("m")).expect(Disposition.class);
        peer.send(0, Frames.detach(0)).expect(Detach.class);
        assertEquals(1, broker.control().queueDepths().size()); // a message is left
        peer.receiver(1, address, 1).expect(Transfer.class);
        peer.send(0, Frames.settled(0, 0, Accepted.getInstance())).expectNothingMore(0);
        assertEquals(List.of(0L), List.copyOf(broker.control().queueDepths().values())); // a link is left
        peer.send(0, Frames.detach(1)).expect(Detach.class);
        awaitNodes(0);
    }

    @Clause("AMQP-3.5.9-1")
    @Test
    void aLifetimePolicyThatIsNoneIsAnsweredWithTheOneInForce() {
        Attach attach = dynamicReceiver(0);
        attach.getSource().setDynamicNodeProperties(Map.of(LIFETIME, "for ever"));
        Source source = peer.attachedSource(attach);
        assertInstanceOf(DeleteOnClose.class, source.getDynamicNodeProperties().get(LIFETIME));
        peer.send(0, Frames.detach(0)).expect(Detach.class);
        awaitNodes(0);
    }
}
