package dev.deployclaw.lab.judge;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The judge shares nothing with what it judges, nor with anybody's libraries. */
class ApartTest {
  /** The annotations of JSpecify aren't needed when the classes run. */
  @Test
  void needsTheJdkOnly() {
    var judge =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.deployclaw.lab.judge..");

    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.deployclaw.lab.judge..",
            "java..",
            "javax.crypto..",
            "javax.net..",
            "org.jspecify.annotations")
        .check(judge);
    assertThat(judge.contain(EstateJudge.class)).isTrue();
  }
}
