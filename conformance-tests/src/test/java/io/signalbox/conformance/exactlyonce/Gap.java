package io.signalbox.conformance.exactlyonce;

/** Between which two packets of one exchange something happens (MQTT §4.3.3). */
enum Gap {
    PUBLISH_PUBREC,
    PUBREC_PUBREL,
    PUBREL_PUBCOMP,
    PUBCOMP_NEXT_USE
}
