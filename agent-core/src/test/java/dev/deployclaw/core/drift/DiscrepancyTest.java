package dev.deployclaw.core.drift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.drift.Discrepancy.Kind;
import dev.deployclaw.policy.finding.Severity;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DiscrepancyTest {
  @Test
  void saysHowBadItIsAndWhatToDo() {
    var one = new Discrepancy(Kind.DIFFERENT, "redis/a", "holds another rule");

    assertThat(one.toMap())
        .containsEntry("kind", "different")
        .containsEntry("severity", "error")
        .containsEntry("member", "redis/a")
        .containsEntry("detail", "holds another rule")
        .containsEntry("remedy", "put the committed epoch back with: deployclaw drift --repair");
    assertThat(one.text()).isEqualTo("redis/a different: holds another rule");
  }

  @Test
  void showsARemedyThatIsNotTheUsualOne() {
    var one = new Discrepancy(Kind.EXTRA, "gateway/a", "holds a thing", "remove it by hand");

    assertThat(one.toMap()).containsEntry("remedy", "remove it by hand");
    assertThat(one.text()).isEqualTo("gateway/a extra: holds a thing; remove it by hand");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void everyKindHasARemedyAndIsAnErrorWhereRequestsMayBeDecidedOtherwise(Kind kind) {
    var one = new Discrepancy(kind, "redis/a", "detail");
    boolean harmlessOrUnseen = kind == Kind.EXTRA || !kind.seen();

    assertThat(one.remedy()).isNotBlank();
    assertThat(kind.severity()).isEqualTo(harmlessOrUnseen ? Severity.WARNING : Severity.ERROR);
  }

  @Test
  void namesAnErrorBeforeManyWarnings() {
    var all = new ArrayList<Discrepancy>();
    for (int i = 1; i <= 13; i++) {
      all.add(new Discrepancy(Kind.UNREACHABLE, "gateway/gw-%02d".formatted(i), "no answer"));
    }
    all.add(new Discrepancy(Kind.DIFFERENT, "gateway/gw-14", "its file was changed"));

    assertThat(Discrepancy.sentence(all))
        .startsWith(
            "1 difference between wanted and enforced, 13 members unknown: gateway/gw-14 different:"
                + " its file")
        .endsWith("; and 9 more");
  }

  @Test
  void aMemberThatWasNotSeenIsNoDifference() {
    var denied = new Discrepancy(Kind.ACCESS_DENIED, "gateway/a", "may not list pods");
    var silent = new Discrepancy(Kind.UNREACHABLE, "gateway/b", "no answer");

    assertThat(Discrepancy.sentence(List.of(denied)))
        .isEqualTo("1 member unknown: gateway/a access-denied: may not list pods");
    assertThat(Discrepancy.sentence(List.of(denied, silent))).startsWith("2 members unknown: ");
  }
}
