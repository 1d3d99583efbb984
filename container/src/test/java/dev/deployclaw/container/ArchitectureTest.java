package dev.deployclaw.container;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CONTAINER =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.deployclaw.container");

  /** What acts, plans or serves; those that look on or propose know none of it. */
  private static final String[] RUNTIME = {
    "dev.deployclaw.executors..",
    "dev.deployclaw.skills..",
    "dev.deployclaw.core.call..",
    "dev.deployclaw.core.service..",
    "dev.deployclaw.core.change..",
    "dev.deployclaw.core.election..",
    "dev.deployclaw.core.journal..",
    "dev.deployclaw.core.ledger..",
    "dev.deployclaw.core.regression..",
    "dev.deployclaw.core.planning..",
    "dev.deployclaw.core.survey..",
    "dev.deployclaw.core.repair..",
    "dev.deployclaw.core.rollback..",
    "dev.deployclaw.core.writeback..",
    "dev.deployclaw.core.recovery..",
    "dev.deployclaw.core.schedule..",
    "dev.deployclaw.core.query..",
    "dev.deployclaw.core.freeze..",
    "dev.deployclaw.core.machine..",
    "dev.deployclaw.core.gate..",
    "dev.deployclaw.core.store..",
    "dev.deployclaw.container.wiring..",
    "dev.deployclaw.container.skill..",
    "dev.deployclaw.container.health..",
    "dev.deployclaw.container.server..",
    "dev.deployclaw.container.intake..",
    "dev.deployclaw.container.remote..",
    "dev.deployclaw.container.http..",
    "dev.deployclaw.container.cli.."
  };

  @Test
  void seesNeitherTheServiceNorTheLab() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.deployclaw.ratelimit..", "dev.deployclaw.lab..", "dev.deployclaw.testkit..")
        .check(CONTAINER);
  }

  @Test
  void configurationKnowsNothingOfWhatIsMadeOfIt() {
    noClasses()
        .that()
        .resideInAPackage("dev.deployclaw.container.config..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "dev.deployclaw.container.cli..",
                    "dev.deployclaw.container.wiring..",
                    "dev.deployclaw.executors..",
                    "dev.deployclaw.core..")
                .and(not(resideInAPackage("dev.deployclaw.core.tls"))))
        .check(CONTAINER);
  }

  @Test
  void wiringKnowsNothingOfTheCommandLine() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.deployclaw.container.wiring..",
            "dev.deployclaw.container.skill..",
            "dev.deployclaw.container.health..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.deployclaw.container.cli..", "picocli..")
        .check(CONTAINER);
  }

  @Test
  void theCommandLineReachesBackEndsThroughTheAgentOnly() {
    noClasses()
        .that()
        .resideInAPackage("dev.deployclaw.container.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.deployclaw.executors..")
        .check(CONTAINER);
  }

  @Test
  void httpKnowsNoPoliciesAndNoBackEnds() {
    noClasses()
        .that()
        .resideInAPackage("dev.deployclaw.container.http..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.deployclaw.executors..",
            "dev.deployclaw.container.cli..",
            "dev.deployclaw.policy.model..",
            "dev.deployclaw.policy.check..",
            "dev.deployclaw.policy.finding..",
            "dev.deployclaw.policy.diff..",
            "dev.deployclaw.policy.redis..")
        .check(CONTAINER);
  }

  @Test
  void theWatchAndTheCouriersKnowNobodyWhoUsesThem() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.deployclaw.container.monitor..", "dev.deployclaw.container.notification..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.deployclaw.container.http..",
            "dev.deployclaw.container.cli..",
            "dev.deployclaw.container.server..",
            "dev.deployclaw.container.intake..",
            "dev.deployclaw.container.remote..",
            "dev.deployclaw.container.wiring..",
            "dev.deployclaw.executors..",
            "io.vertx..")
        .check(CONTAINER);
    noClasses()
        .that()
        .resideInAPackage("dev.deployclaw.container.monitor")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.deployclaw.container.notification")
        .check(CONTAINER);
  }

  @Test
  void whatServesKnowsNothingOfHttp() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.deployclaw.container.server..",
            "dev.deployclaw.container.intake..",
            "dev.deployclaw.container.query..",
            "dev.deployclaw.container.metrics..",
            "dev.deployclaw.container.vertx..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.deployclaw.container.http..",
            "dev.deployclaw.container.cli..",
            "dev.deployclaw.container.remote..",
            "dev.deployclaw.executors..")
        .check(CONTAINER);
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.deployclaw.container.query..", "dev.deployclaw.container.metrics..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.vertx..")
        .check(CONTAINER);
  }

  @Test
  void terminalsAreKnownToTheScreenPackageAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.deployclaw.container.cli.screen")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.jline..")
        .check(CONTAINER);
  }

  @Test
  void langchain4jIsKnownToTheModelsPackageAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.deployclaw.container.llm")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.langchain4j..")
        .check(CONTAINER);
  }

  @Test
  void openTelemetryIsKnownToTheTelemetryPackageAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.deployclaw.container.telemetry")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.opentelemetry..")
        .check(CONTAINER);
  }

  /** It looks on: what it knows could neither act nor ask. */
  @Test
  void telemetryReachesNoBackEndAndNoRuntime() {
    noClasses()
        .that()
        .resideInAPackage("dev.deployclaw.container.telemetry")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(RUNTIME).or(resideInAnyPackage("dev.deployclaw.container.llm..")))
        .check(CONTAINER);
  }

  /** It holds its provider's key and no other credential, and can reach no back end. */
  @Test
  void theModelReachesNoBackEndAndNoRuntime() {
    noClasses()
        .that()
        .resideInAPackage("dev.deployclaw.container.llm")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(RUNTIME)
                .or(resideInAnyPackage("dev.deployclaw.audit..", "dev.deployclaw.core.spi..")))
        .check(CONTAINER);
  }
}
