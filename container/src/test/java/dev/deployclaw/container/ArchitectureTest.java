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
        .resideInAPackage("dev.deployclaw.container.config")
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
        .resideInAPackage("dev.deployclaw.container.wiring")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.deployclaw.container.cli..", "picocli..")
        .check(CONTAINER);
  }

  @Test
  void theCommandLineReachesBackEndsThroughTheAgentOnly() {
    noClasses()
        .that()
        .resideInAPackage("dev.deployclaw.container.cli")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.deployclaw.executors..")
        .check(CONTAINER);
  }

  @Test
  void httpKnowsNoPoliciesAndNoBackEnds() {
    noClasses()
        .that()
        .resideInAPackage("dev.deployclaw.container.http")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.deployclaw.executors..",
            "dev.deployclaw.container.cli..",
            "dev.deployclaw.policy.model..",
            "dev.deployclaw.policy.check..",
            "dev.deployclaw.policy.diff..",
            "dev.deployclaw.policy.redis..")
        .check(CONTAINER);
  }

  @Test
  void theWatchAndTheCouriersKnowNobodyWhoUsesThem() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.deployclaw.container.watch..", "dev.deployclaw.container.notify..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.deployclaw.container.http..",
            "dev.deployclaw.container.cli..",
            "dev.deployclaw.container.serve..",
            "dev.deployclaw.container.wiring..",
            "dev.deployclaw.executors..",
            "io.vertx..")
        .check(CONTAINER);
    noClasses()
        .that()
        .resideInAPackage("dev.deployclaw.container.watch")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.deployclaw.container.notify")
        .check(CONTAINER);
  }

  @Test
  void whatServesKnowsNothingOfHttp() {
    noClasses()
        .that()
        .resideInAPackage("dev.deployclaw.container.serve")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.deployclaw.container.http..",
            "dev.deployclaw.container.cli..",
            "dev.deployclaw.executors..",
            "io.vertx..")
        .check(CONTAINER);
  }

  @Test
  void langchain4jIsKnownToTheModelsPackageAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.deployclaw.container.model")
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
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.deployclaw.executors..",
            "dev.deployclaw.skills..",
            "dev.deployclaw.core.runtime..",
            "dev.deployclaw.core.machine..",
            "dev.deployclaw.container.model..",
            "dev.deployclaw.container.wiring..",
            "dev.deployclaw.container.serve..",
            "dev.deployclaw.container.http..",
            "dev.deployclaw.container.cli..")
        .check(CONTAINER);
  }

  /** It holds its provider's key and no other credential, and can reach no back end. */
  @Test
  void theModelReachesNoBackEndAndNoRuntime() {
    noClasses()
        .that()
        .resideInAPackage("dev.deployclaw.container.model")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.deployclaw.executors..",
            "dev.deployclaw.audit..",
            "dev.deployclaw.skills..",
            "dev.deployclaw.core.runtime..",
            "dev.deployclaw.core.spi..",
            "dev.deployclaw.core.machine..",
            "dev.deployclaw.container.wiring..",
            "dev.deployclaw.container.serve..",
            "dev.deployclaw.container.http..",
            "dev.deployclaw.container.cli..")
        .check(CONTAINER);
  }
}
