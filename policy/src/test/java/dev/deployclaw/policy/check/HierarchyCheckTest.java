package dev.deployclaw.policy.check;

import static dev.deployclaw.policy.PolicyFixtures.bursting;
import static dev.deployclaw.policy.PolicyFixtures.child;
import static dev.deployclaw.policy.PolicyFixtures.counting;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.testkit.Slow;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HierarchyCheckTest {
  private static final Limit HELD =
      counting(limit("held", RequestMatch.ANY, 5, 1), LimitAlgorithm.CONCURRENCY);

  @Test
  void refusesAnUnknownParent() {
    var found = CheckFixture.by(CheckKind.HIERARCHY, set(child("acme", "gold"), tenant("other")));

    assertThat(CheckFixture.brief(found)).containsExactly("ERROR acme");
    assertThat(found.getFirst().reason()).isEqualTo("the group gold isn't defined");
  }

  @Test
  void acceptsAParentThatIsAGroupOfTheSet() {
    assertThat(CheckFixture.by(CheckKind.HIERARCHY, set(child("acme", "gold"), tenant("gold"))))
        .isEmpty();
  }

  @Test
  void acceptsGroupsThatMeetAtTheTop() {
    var meeting = set(child("a", "top"), child("b", "top"), child("c", "a"), tenant("top"));

    assertThat(CheckFixture.by(CheckKind.HIERARCHY, meeting)).isEmpty();
  }

  @Test
  void refusesACycleAndAllThatHangOnIt() {
    var set = set(child("a", "b"), child("b", "a"), child("c", "a"), child("d", "e"), tenant("e"));

    assertThat(CheckFixture.brief(CheckFixture.by(CheckKind.HIERARCHY, set)))
        .containsExactly("ERROR a", "ERROR b", "ERROR c");
  }

  @Test
  void refusesATenantThatIsItsOwnGroup() {
    var found = CheckFixture.by(CheckKind.HIERARCHY, set(child("a", "a")));

    assertThat(CheckFixture.brief(found)).containsExactly("ERROR a");
  }

  @Test
  void warnsOfATenantAboveItsGroup() {
    var found = CheckFixture.by(CheckKind.HIERARCHY, family(700, 600));

    assertThat(CheckFixture.brief(found)).contains("WARNING acme/all");
    assertThat(found.getFirst().reason())
        .isEqualTo(
            "all (700 per 60 s, burst 700) is above the group's: total (600 per 60 s, burst 600)"
                + " of gold always refuses first");
  }

  @Test
  void acceptsATenantAtItsGroupsLimit() {
    assertThat(CheckFixture.brief(CheckFixture.by(CheckKind.HIERARCHY, family(600, 600))))
        .isEmpty();
  }

  @Test
  void saysHowFarAGroupIsOvercommitted() {
    var found = CheckFixture.by(CheckKind.HIERARCHY, members(300, 360));

    assertThat(CheckFixture.brief(found)).containsExactly("INFO gold/total");
    assertThat(found.getFirst().evidence()).containsEntry("overcommit_percent", 110L);
  }

  @Test
  void acceptsMembersThatComeToTheGroupsLimit() {
    assertThat(CheckFixture.by(CheckKind.HIERARCHY, members(300, 300))).isEmpty();
  }

  private static PolicySet members(long one, long other) {
    return set(
        tenant("gold", limit("total", RequestMatch.ANY, 600, 60)),
        child("a", "gold", limit("all", RequestMatch.ANY, one, 60)),
        child("b", "gold", limit("all", RequestMatch.ANY, other, 60)));
  }

  @Test
  void refusesGroupsThatAreNestedTooDeep() {
    assertThat(CheckFixture.brief(CheckFixture.by(CheckKind.HIERARCHY, ladder(33))))
        .containsExactly("ERROR t33");
    assertThat(ladder(33).root("t33")).isEqualTo("t33");
  }

  @Test
  void acceptsGroupsAsDeepAsTheyMayBe() {
    assertThat(CheckFixture.by(CheckKind.HIERARCHY, ladder(32))).isEmpty();
    assertThat(ladder(32).root("t32")).isEqualTo("t0");
  }

  /** A hundred thousand tenants in one cycle, or one below the other: no step is taken for each. */
  @Slow(
      guard = "dev.deployclaw.policy.check.HierarchyCheckTest#refusesACycleAndAllThatHangOnIt",
      because = "it checks two sets of a hundred thousand tenants")
  @Test
  void longCyclesAndLaddersEndInBoundedTime() {
    int many = 100_000;
    var cycle =
        IntStream.range(0, many)
            .mapToObj(i -> child("t" + i, "t" + (i + 1) % many))
            .toArray(TenantPolicy[]::new);

    assertThat(CheckFixture.by(CheckKind.HIERARCHY, set(cycle))).hasSize(many);
    assertThat(CheckFixture.by(CheckKind.HIERARCHY, ladder(many))).hasSize(many - 32);
  }

  private static PolicySet ladder(int groups) {
    var tenants =
        IntStream.rangeClosed(0, groups)
            .mapToObj(i -> i == 0 ? tenant("t0") : child("t" + i, "t" + (i - 1)))
            .toArray(TenantPolicy[]::new);
    return set(tenants);
  }

  @Test
  void warnsOfATenantThatItsGroupShutsOut() {
    var none = tenant("gold", limit("none", RequestMatch.ANY, 0, 60));
    var dear = tenant("gold", bursting(limit("dear", RequestMatch.ANY, 60, 60), 4, 5));
    var blocked = tenant("gold", limit("all", RequestMatch.ANY, 60, 60)).withBlocked(true);

    assertThat(shutOut(none)).containsExactly("WARNING acme");
    assertThat(shutOut(dear)).containsExactly("WARNING acme");
    assertThat(shutOut(blocked)).containsExactly("WARNING acme");
  }

  @Test
  void acceptsATenantThatItsGroupJustLetsIn() {
    var fits = tenant("gold", bursting(limit("fits", RequestMatch.ANY, 60, 60), 5, 5));
    var some = tenant("gold", limit("some", RequestMatch.service("search"), 0, 60));

    assertThat(shutOut(fits)).isEmpty();
    assertThat(shutOut(some)).isEmpty();
  }

  private static List<String> shutOut(TenantPolicy group) {
    return CheckFixture.brief(
        CheckFixture.by(CheckKind.HIERARCHY, set(group, child("acme", "gold"))));
  }

  @Test
  void findsConcurrencyLimitsThatWaitForEachOther() {
    var cycle = set(child("a", "b", HELD), child("b", "a", HELD), tenant("c", HELD));

    assertThat(CheckFixture.brief(CheckFixture.by(CheckKind.DEADLOCK, cycle)))
        .containsExactly("ERROR a/held", "ERROR b/held");
  }

  @Test
  void findsNoDeadlockInATree() {
    var tree = set(child("a", "root", HELD), child("b", "root", HELD), tenant("root", HELD));

    assertThat(CheckFixture.by(CheckKind.DEADLOCK, tree)).isEmpty();
  }

  private static PolicySet family(long child, long group) {
    return set(
        child("acme", "gold", limit("all", RequestMatch.ANY, child, 60)),
        tenant("gold", limit("total", RequestMatch.ANY, group, 60)));
  }
}
