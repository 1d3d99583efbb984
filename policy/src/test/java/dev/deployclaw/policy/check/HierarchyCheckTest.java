package dev.deployclaw.policy.check;

import static dev.deployclaw.policy.Policies.child;
import static dev.deployclaw.policy.Policies.counting;
import static dev.deployclaw.policy.Policies.limit;
import static dev.deployclaw.policy.Policies.set;
import static dev.deployclaw.policy.Policies.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import org.junit.jupiter.api.Test;

class HierarchyCheckTest {
  private static final Limit HELD = counting(limit("held", Match.ANY, 5, 1), Algorithm.CONCURRENCY);

  @Test
  void refusesAnUnknownParent() {
    var found = Found.by(Check.HIERARCHY, set(child("acme", "gold"), tenant("other")));

    assertThat(Found.brief(found)).containsExactly("ERROR acme");
    assertThat(found.getFirst().reason()).isEqualTo("the group gold isn't defined");
  }

  @Test
  void refusesACycleAndAllThatHangOnIt() {
    var set = set(child("a", "b"), child("b", "a"), child("c", "a"), child("d", "e"), tenant("e"));

    assertThat(Found.brief(Found.by(Check.HIERARCHY, set)))
        .containsExactly("ERROR a", "ERROR b", "ERROR c");
  }

  @Test
  void refusesATenantThatIsItsOwnGroup() {
    var found = Found.by(Check.HIERARCHY, set(child("a", "a")));

    assertThat(Found.brief(found)).containsExactly("ERROR a");
  }

  @Test
  void warnsOfATenantAboveItsGroup() {
    var found = Found.by(Check.HIERARCHY, family(700, 600));

    assertThat(Found.brief(found)).contains("WARNING acme/all");
    assertThat(found.getFirst().reason())
        .isEqualTo(
            "all (700 per 60 s, burst 700) is above the group's: total (600 per 60 s, burst 600)"
                + " of gold always refuses first");
  }

  @Test
  void acceptsATenantAtItsGroupsLimit() {
    assertThat(Found.brief(Found.by(Check.HIERARCHY, family(600, 600)))).isEmpty();
  }

  @Test
  void saysHowFarAGroupIsOvercommitted() {
    var total = limit("total", Match.ANY, 600, 60);
    var half = limit("all", Match.ANY, 300, 60);
    var more = limit("all", Match.ANY, 360, 60);

    var over = set(tenant("gold", total), child("a", "gold", half), child("b", "gold", more));
    var within = set(tenant("gold", total), child("a", "gold", half), child("b", "gold", half));

    var found = Found.by(Check.HIERARCHY, over);
    assertThat(Found.brief(found)).containsExactly("INFO gold/total");
    assertThat(found.getFirst().evidence()).containsEntry("overcommit_percent", 110L);
    assertThat(Found.by(Check.HIERARCHY, within)).isEmpty();
  }

  @Test
  void findsConcurrencyLimitsThatWaitForEachOther() {
    var cycle = set(child("a", "b", HELD), child("b", "a", HELD), tenant("c", HELD));

    assertThat(Found.brief(Found.by(Check.DEADLOCK, cycle)))
        .containsExactly("ERROR a/held", "ERROR b/held");
  }

  @Test
  void findsNoDeadlockInATree() {
    var tree = set(child("a", "root", HELD), child("b", "root", HELD), tenant("root", HELD));

    assertThat(Found.by(Check.DEADLOCK, tree)).isEmpty();
  }

  private static PolicySet family(long child, long group) {
    return set(
        child("acme", "gold", limit("all", Match.ANY, child, 60)),
        tenant("gold", limit("total", Match.ANY, group, 60)));
  }
}
