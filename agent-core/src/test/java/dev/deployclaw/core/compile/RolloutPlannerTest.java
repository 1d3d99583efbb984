package dev.deployclaw.core.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.machine.RolloutPlan;
import dev.deployclaw.core.task.Intent.Guards;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.CanaryCohort;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RolloutPlannerTest {
  private static final int TENANTS = 200;
  private static final PolicySet OLD = set(BackendFailureMode.DENY, TENANTS);
  private static final PolicySet NEW = set(BackendFailureMode.ALLOW, TENANTS);

  @Test
  void aShareIsTheLeastPositionThatTakesSoManyOfWhatChanges() {
    var rollout = ready(guards(List.of(5, 25), 600), OLD, NEW);

    assertThat(rollout.bakeMillis()).isEqualTo(600_000);
    assertThat(rollout.cohorts()).hasSize(2);
    assertThat(inside(rollout.cohorts().get(0))).isEqualTo(10);
    assertThat(inside(rollout.cohorts().get(0) - 1)).isLessThan(10);
    assertThat(inside(rollout.cohorts().get(1))).isBetween(50L, 51L);
  }

  @Test
  void aCanaryOfWhatConcernsOneGroupTakesIt() {
    var one = with(OLD, tenant("t7", Optional.empty(), BackendFailureMode.ALLOW));

    var rollout = ready(guards(List.of(5, 25), 0), OLD, one);

    assertThat(rollout.cohorts()).containsExactly(CanaryCohort.position("t7") + 1);
  }

  @Test
  void theFirstShareIsNeverEmptyAndSaysWhoIsInIt() {
    var two =
        with(
            with(OLD, tenant("t7", Optional.empty(), BackendFailureMode.ALLOW)),
            tenant("t8", Optional.empty(), BackendFailureMode.ALLOW));

    var answer = RolloutPlanner.of(guards(List.of(1), 0), 3, OLD, two);

    String first = CanaryCohort.position("t7") < CanaryCohort.position("t8") ? "t7" : "t8";
    assertThat(((RolloutPlanner.Answer.Ready) answer).notes())
        .containsExactly("canary: 1 % is 1 of the 2 root groups that change: " + first);
  }

  @Test
  void childrenComeWithTheirRoot() {
    var before = with(OLD, tenant("kid", Optional.of("t7"), BackendFailureMode.DENY));
    var after = with(OLD, tenant("kid", Optional.of("t7"), BackendFailureMode.ALLOW));

    assertThat(ready(guards(List.of(50), 0), before, after).cohorts())
        .containsExactly(CanaryCohort.position("t7") + 1);
  }

  @Test
  void aBakeNeedsNoCanary() {
    var rollout = ready(guards(List.of(), 60), PolicySet.EMPTY, NEW);

    assertThat(rollout).isEqualTo(new RolloutPlan(List.of(), 60_000, Optional.empty()));
  }

  @Test
  void refusesWhatItCannotKeepAndSaysWhatToDo() {
    var moved = with(OLD, tenant("t7", Optional.of("t8"), BackendFailureMode.DENY));
    var routed =
        PolicySet.of(
            NEW.tenants().values(),
            List.of(
                new Gateway("one", "shop", new Gateway.Identity.Host("example.test"), List.of())),
            "");
    var canary = guards(List.of(5), 0);

    assertThat(refused(canary, 0, PolicySet.EMPTY, NEW)).contains("leave the canary out");
    assertThat(refused(canary, 3, OLD, routed)).contains("how gateways route");
    assertThat(refused(canary, 3, OLD, moved)).contains("as it would t7 from t7 to t8");
    assertThat(refused(guards(List.of(), 100_000), 3, OLD, NEW)).contains("at most a day");
  }

  @Test
  void refusesMoreWideningsThanAChangeCanHave() {
    var many = IntStream.rangeClosed(1, RolloutPlanner.MOST + 1).boxed().toList();

    assertThat(refused(guards(many, 0), 3, OLD, NEW)).contains("at most 16 widenings");
    assertThat(ready(guards(many.subList(0, RolloutPlanner.MOST), 0), OLD, NEW).cohorts())
        .hasSize(16);
  }

  @Test
  void whoIsOnlyRemovedProvesNothing() {
    var byPosition =
        OLD.tenants().keySet().stream()
            .sorted(Comparator.comparingInt(CanaryCohort::position))
            .toList();
    var left = new ArrayList<>(OLD.tenants().values());
    left.removeIf(t -> t.tenant().equals(byPosition.getFirst()));
    var fewer = OLD.withTenants(left);
    var changed =
        with(fewer, tenant(byPosition.get(9), Optional.empty(), BackendFailureMode.ALLOW));

    assertThat(ready(guards(List.of(1), 0), OLD, changed).cohorts())
        .containsExactly(CanaryCohort.position(byPosition.get(9)) + 1);
    assertThat(refused(guards(List.of(1), 0), 3, OLD, fewer)).contains("only removes tenants");
  }

  private static long inside(int share) {
    return OLD.tenants().keySet().stream().filter(new CanaryCohort(share)::includes).count();
  }

  private static RolloutPlan ready(Guards guards, PolicySet before, PolicySet after) {
    return ((RolloutPlanner.Answer.Ready) RolloutPlanner.of(guards, 3, before, after)).rollout();
  }

  private static String refused(Guards guards, long base, PolicySet before, PolicySet after) {
    return ((RolloutPlanner.Answer.Refused) RolloutPlanner.of(guards, base, before, after))
        .reason();
  }

  private static Guards guards(List<Integer> percents, long bakeSeconds) {
    return new Guards(
        Optional.empty(),
        false,
        percents.stream().findFirst(),
        percents.stream().skip(1).toList(),
        Optional.of(bakeSeconds).filter(s -> s > 0),
        Optional.empty());
  }

  private static PolicySet set(BackendFailureMode failure, int tenants) {
    return PolicySet.of(
        IntStream.range(0, tenants)
            .mapToObj(i -> tenant("t" + i, Optional.empty(), failure))
            .toList(),
        List.of(),
        "");
  }

  private static PolicySet with(PolicySet set, TenantPolicy more) {
    var all = new ArrayList<>(set.tenants().values());
    all.removeIf(t -> t.tenant().equals(more.tenant()));
    all.add(more);
    return set.withTenants(all);
  }

  private static TenantPolicy tenant(
      String name, Optional<String> parent, BackendFailureMode failure) {
    return new TenantPolicy(name, new TreeMap<>(), parent, false, failure, List.of());
  }
}
