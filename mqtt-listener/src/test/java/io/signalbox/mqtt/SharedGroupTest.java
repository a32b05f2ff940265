package io.signalbox.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Groups whose members sit on different event loops and do not all stay alive. */
class SharedGroupTest {

    private static final String FILTER = "$share/g/t";
    private static final int MESSAGES = 900;

    private static List<String> publish(TestServer server) throws Exception {
        TestClient publisher = server.client().connectV3("publisher");
        List<String> sent = new ArrayList<>();
        for (int i = 100; i < 100 + MESSAGES; i++) {
            sent.add(Integer.toString(i));
            publisher.send("32 08 00 01 't' 00 01 '" + i + "'");
        }
        for (int i = 0; i < MESSAGES; i++) publisher.expect("40 02 00 01");
        return sent;
    }

    /** §4.8.2. */
    @Test
    void aGroupOfFourGetsEachMessageOnceAndAllOfThem() throws Exception {
        try (TestServer server = TestServer.start()) {
            List<GroupMember> members = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                members.add(new GroupMember(server.address(), "member" + i, FILTER, Integer.MAX_VALUE));
            }
            List<String> sent = publish(server);
            server.waitUntil(() -> received(members).size() >= MESSAGES);
            List<String> received = received(members);
            assertEquals(new TreeSet<>(sent), new TreeSet<>(received));
            assertEquals(MESSAGES, received.size());
            for (GroupMember member : members) {
                assertTrue(member.received.size() > MESSAGES / 8, () -> "only " + member.received.size());
                member.close();
            }
        }
    }

    /** §4.8.2, MQTT-3.3.1-1: what the dead had and did not acknowledge others get, marked; nothing is lost. */
    @Test
    void nothingIsLostWhenMembersAreKilledMidFlight() throws Exception {
        try (TestServer server = TestServer.start()) {
            List<GroupMember> alive = new ArrayList<>();
            List<GroupMember> mortal = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                mortal.add(new GroupMember(server.address(), "mortal" + i, FILTER, 20));
                alive.add(new GroupMember(server.address(), "alive" + i, FILTER, Integer.MAX_VALUE));
            }
            List<String> sent = publish(server);
            server.waitUntil(() -> mortal.stream().allMatch(member -> member.received.size() > 40));
            for (GroupMember member : mortal) member.close();
            server.waitUntil(() -> unmarked(alive, mortal).containsAll(sent));
            Set<String> heldByTheDead = new HashSet<>();
            for (GroupMember member : mortal) {
                heldByTheDead.addAll(plain(member));
                heldByTheDead.removeAll(member.acknowledged);
            }
            List<String> again = received(alive).stream()
                    .filter(text -> text.endsWith(" again"))
                    .map(text -> text.substring(0, 3))
                    .toList();
            assertTrue(again.containsAll(heldByTheDead), () -> heldByTheDead + " was held, and came again " + again);
            assertEquals(new HashSet<>(again).size(), again.size(), "nothing comes again twice");
            for (GroupMember member : alive) member.close();
        }
    }

    private static List<String> received(List<GroupMember> members) {
        List<String> all = new ArrayList<>();
        for (GroupMember member : members) all.addAll(member.received);
        return all;
    }

    /** What the living have, and what the dead have acknowledged. */
    private static Set<String> unmarked(List<GroupMember> alive, List<GroupMember> dead) {
        Set<String> all = new HashSet<>();
        for (GroupMember member : alive) all.addAll(plain(member));
        for (GroupMember member : dead) all.addAll(member.acknowledged);
        return all;
    }

    private static List<String> plain(GroupMember member) {
        return member.received.stream().map(text -> text.substring(0, 3)).toList();
    }
}
