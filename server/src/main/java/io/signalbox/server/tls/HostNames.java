package io.signalbox.server.tls;

import io.netty.util.NetUtil;
import java.net.IDN;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The names and addresses under which clients may look for a broker on this machine. Stateless. */
final class HostNames {

    private static final Pattern DNS_NAME = Pattern.compile(
            "(\\*\\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?");

    private static final int MOST_NAME_CHARS = 253;

    private HostNames() {}

    /**
     * Names that were asked for, as a certificate takes them, then those this machine has.
     *
     * @throws TlsFailure if one that was asked for is neither a host name nor an address
     */
    static List<String> of(Collection<String> asked) throws TlsFailure {
        Set<String> names = new LinkedHashSet<>();
        for (String name : asked) names.add(checked(name));
        machineName(names);
        names.add("localhost");
        names.addAll(List.of("127.0.0.1", "0:0:0:0:0:0:0:1"));
        names.addAll(addresses());
        return List.copyOf(names);
    }

    private static String checked(String name) throws TlsFailure {
        byte[] address = NetUtil.createByteArrayFromIpAddressString(name);
        if (address != null) return text(address);
        String sentence = "\"" + name + "\" is neither a host name nor an address.";
        try {
            String ascii = IDN.toASCII(name).toLowerCase(Locale.ROOT);
            if (ascii.length() <= MOST_NAME_CHARS && DNS_NAME.matcher(ascii).matches()) return ascii;
        } catch (IllegalArgumentException e) {
            throw new TlsFailure(sentence, e);
        }
        throw new TlsFailure(sentence);
    }

    private static String text(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + address.length + " bytes", e);
        }
    }

    private static void machineName(Set<String> names) {
        try {
            String name = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
            if (DNS_NAME.matcher(name).matches() && name.length() <= MOST_NAME_CHARS) names.add(name);
        } catch (UnknownHostException e) {
            return; // a machine without a name is found by its addresses
        }
    }

    private static Set<String> addresses() {
        Set<String> found = new TreeSet<>();
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLinkLocalAddress() && !address.isMulticastAddress())
                    .forEach(address -> found.add(text(address.getAddress())));
        } catch (SocketException e) {
            return found; // what there is without a network is there already
        }
        return found;
    }
}
