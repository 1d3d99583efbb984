package dev.deployclaw.executors;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import org.junit.jupiter.api.Test;

/** No back end depends on another; they share the sandbox, and the wall's two sides the wire. */
class SiblingsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.deployclaw.executors");

  @Test
  void neverImportEachOther() {
    slices()
        .matching("dev.deployclaw.executors.(*)..")
        .should()
        .notDependOnEachOther()
        .ignoreDependency(
            DescribedPredicate.alwaysTrue(),
            JavaClass.Predicates.resideInAnyPackage(
                "dev.deployclaw.executors.sandbox",
                "dev.deployclaw.executors.member",
                "dev.deployclaw.executors.nginx",
                "dev.deployclaw.executors.wire",
                "dev.deployclaw.executors.protocol.."))
        .check(CLASSES);
  }

  @Test
  void seeOnlyTheRuntimeAndTheDomain() {
    ArchRuleDefinition.noClasses()
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAPackage("dev.deployclaw..")
                .and(
                    DescribedPredicate.not(
                        JavaClass.Predicates.resideInAnyPackage(
                            "dev.deployclaw.executors..",
                            "dev.deployclaw.core..",
                            "dev.deployclaw.policy.."))))
        .check(CLASSES);
  }
}
