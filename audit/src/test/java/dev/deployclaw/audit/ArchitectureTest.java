package dev.deployclaw.audit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.deployclaw.audit.verify.LogVerifier;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.deployclaw.audit");

  /** The annotations of JSpecify aren't needed when the classes run. */
  @Test
  void verificationNeedsTheJdkOnly() {
    classes()
        .that()
        .resideInAPackage("dev.deployclaw.audit.verify..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("dev.deployclaw.audit.verify..", "java..", "org.jspecify.annotations")
        .check(CLASSES);
    assertThat(CLASSES.contain(LogVerifier.class)).isTrue();
  }

  @Test
  void auditSeesTheCoreAndThePolicyOnly() {
    noClasses()
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are ours but not of audit, agent-core or policy",
                type ->
                    type.getPackageName().startsWith("dev.deployclaw.")
                        && !type.getPackageName()
                            .matches("dev\\.deployclaw\\.(audit|core|policy)(\\..*)?")))
        .check(CLASSES);
  }
}
