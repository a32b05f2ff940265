package io.signalbox.conformance.crash;

/**
 * How much the clients of a campaign have under way.
 *
 * @param inFlight messages that a producer has sent and that are not answered
 * @param backlog confirmed and unsettled messages of a target above which its producers wait
 * @param held deliveries that the consumers of a target hold before they settle the oldest
 * @param credit deliveries that a consumer takes without having settled any
 * @param bodyBytes the largest body
 */
record TrafficLimits(int inFlight, int backlog, int held, int credit, int bodyBytes) {}
