package dev.deployclaw.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.deployclaw.core");

  @Test
  void theMachineSeesBytesAndDigestsOnly() {
    classes()
        .that()
        .resideInAPackage("dev.deployclaw.core.machine")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.deployclaw.core.machine",
            "dev.deployclaw.core.gate",
            "dev.deployclaw.core.store",
            "dev.deployclaw.core.log",
            "dev.deployclaw.core.spi",
            "dev.deployclaw.policy.json",
            "com.fasterxml.jackson..",
            "org.jspecify..",
            "java..")
        .check(CORE);
  }

  @Test
  void theMachineHasNoThreadClockRandomnessOrNetwork() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.deployclaw.core.machine", "dev.deployclaw.core.gate", "dev.deployclaw.core.store")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.util.concurrent..", "java.net..", "java.nio.file..", "java.security..")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(
            Thread.class, System.class, Clock.class, Instant.class, Random.class, UUID.class)
        .check(CORE);
  }

  /** What is called never calls back up: a package that depends on another isn't depended on. */
  @Test
  void noPackagesDependOnEachOtherInACycle() {
    slices().matching("dev.deployclaw.core.(**)").should().beFreeOfCycles().check(CORE);
  }

  /** An effect does its own act; it neither drives the change nor knows what drives it. */
  @Test
  void noEffectKnowsTheOrchestrator() {
    noClasses()
        .that()
        .resideInAPackage("dev.deployclaw.core.change.effect")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.deployclaw.core.change", "dev.deployclaw.core.service..")
        .check(CORE);
  }

  @Test
  void theCoreSeesThePoliciesAndNothingElseOfOurs() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.deployclaw.skills..",
            "dev.deployclaw.executors..",
            "dev.deployclaw.audit..",
            "dev.deployclaw.ratelimit..",
            "dev.deployclaw.container..",
            "dev.deployclaw.lab..",
            "dev.deployclaw.testkit..",
            "io.vertx..")
        .check(CORE);
  }

  @Test
  void onlyCallsClockAndLogWritersKnowThreads() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.deployclaw.core.call",
            "dev.deployclaw.core.environment",
            "dev.deployclaw.core.log")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(Thread.class, FutureTask.class)
        .check(CORE);
  }
}
