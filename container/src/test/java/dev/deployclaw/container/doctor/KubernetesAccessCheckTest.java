package dev.deployclaw.container.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.doctor.Diagnosis.Level;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KubernetesAccessCheckTest {
  private static final MemberReport WHOLE = MemberReport.yes("kubernetes", "", Map.of("rights", 1));

  @Test
  void saysHowManyRightsItHas() {
    var shop = MemberReport.yes("kubernetes/shop", "", Map.of("rights", 12));

    assertThat(KubernetesAccessCheck.told(List.of(WHOLE, shop)))
        .containsExactly(
            new Diagnosis(
                "kubernetes", Level.OK, "has all 13 permissions that a change needs", ""));
  }

  @Test
  void namesEachMissingRightWithItsRule() {
    var missing =
        List.of(
            Map.of("denied", "may not patch deployments gw in shop", "rule", "{patch}"),
            Map.of("denied", "may not create pods in shop", "rule", "{create}"));
    var shop =
        new MemberReport("kubernetes/shop", Answer.NO, "", "may not", Map.of("missing", missing));

    assertThat(KubernetesAccessCheck.told(List.of(WHOLE, shop)))
        .containsExactly(
            new Diagnosis(
                "kubernetes",
                Level.ERROR,
                "may not patch deployments gw in shop",
                "add the rule {patch}"),
            new Diagnosis(
                "kubernetes", Level.ERROR, "may not create pods in shop", "add the rule {create}"));
  }

  @Test
  void warnsOnceWhereItMayNotAsk() {
    var found =
        KubernetesAccessCheck.told(
            List.of(
                MemberReport.skipped("kubernetes", "may not create selfsubjectaccessreviews"),
                MemberReport.skipped(
                    "kubernetes/shop", "may not create selfsubjectaccessreviews")));

    assertThat(found)
        .singleElement()
        .satisfies(d -> {
          assertThat(d.level()).isEqualTo(Level.WARNING);
          assertThat(d.found()).contains("has all its permissions: may not create");
          assertThat(d.remedy()).contains("system:basic-user");
        });
  }

  @Test
  void saysNothingWhereNoClusterIsConfigured() {
    assertThat(KubernetesAccessCheck.told(List.of())).isEmpty();
  }
}
