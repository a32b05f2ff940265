package io.signalbox.conformance.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** The arrows between the modules, as drawn in docs/ARCHITECTURE.md: who may know whom. */
@AnalyzeClasses(packages = "io.signalbox", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String JDK = "java..";
    private static final String SLF4J = "org.slf4j..";
    private static final String JSPECIFY = "org.jspecify..";
    private static final String NETTY = "io.netty..";
    private static final String CORE = "io.signalbox.broker..";

    @ArchTest
    static final ArchRule theCoreKnowsTheJdkAndSlf4jOnly = classes()
            .that()
            .resideInAPackage(CORE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(CORE, JDK, "javax.crypto..", SLF4J, JSPECIFY);

    @ArchTest
    static final ArchRule theCoreKnowsNoFilesAndNoSockets = noClasses()
            .that()
            .resideInAPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.nio.file..", "java.nio.channels..")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.io\\.(File.*|RandomAccessFile)|java\\.net\\.(Server)?Socket");

    @ArchTest
    static final ArchRule persistenceKnowsTheCoreOnly = classes()
            .that()
            .resideInAPackage("io.signalbox.persistence..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.signalbox.persistence..", CORE, JDK, SLF4J, JSPECIFY);

    @ArchTest
    static final ArchRule theMqttListenerKnowsTheCoreAndNetty = classes()
            .that()
            .resideInAPackage("io.signalbox.mqtt..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.signalbox.mqtt..", CORE, NETTY, JDK, SLF4J, JSPECIFY);

    @ArchTest
    static final ArchRule theAmqpListenerKnowsTheCoreNettyAndProtonsCodec = classes()
            .that()
            .resideInAPackage("io.signalbox.amqp..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.signalbox.amqp..",
                    CORE,
                    NETTY,
                    "org.apache.qpid.proton.amqp..",
                    "org.apache.qpid.proton.codec..",
                    JDK,
                    SLF4J,
                    JSPECIFY);

    @ArchTest
    static final ArchRule theTestKitKnowsCoreAndPersistence = classes()
            .that()
            .resideInAPackage("io.signalbox.testkit..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.signalbox.testkit..",
                    "io.signalbox.persistence..",
                    CORE,
                    JDK,
                    SLF4J,
                    JSPECIFY,
                    "org.junit.jupiter.api..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nobodyBelowKnowsTheServer = noClasses()
            .that()
            .resideOutsideOfPackages("io.signalbox.server..", "io.signalbox.benchmarks..", "io.signalbox.conformance..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.signalbox.server..");

    @ArchTest
    static final ArchRule theServersPackagesFormNoCircle =
            slices().matching("io.signalbox.server.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule classesAreFinalUnlessSomeoneExtendsThem = classes()
            .that()
            .areNotInterfaces()
            .and()
            .areNotEnums()
            .and()
            .areNotRecords()
            .and()
            .areNotAnonymousClasses()
            .should(beFinalOrExtended());

    private static ArchCondition<JavaClass> beFinalOrExtended() {
        return new ArchCondition<>("be final, or have a subclass") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean holds = type.getModifiers().contains(JavaModifier.FINAL)
                        || type.getModifiers().contains(JavaModifier.SYNTHETIC)
                        || !type.getSubclasses().isEmpty();
                events.add(
                        new SimpleConditionEvent(type, holds, type.getName() + " is not final and nobody extends it"));
            }
        };
    }
}
