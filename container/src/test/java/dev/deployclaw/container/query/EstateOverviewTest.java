package dev.deployclaw.container.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.MonitoringConfig;
import dev.deployclaw.container.health.BackendHealthCheck;
import dev.deployclaw.container.health.BackendHealthMonitor;
import dev.deployclaw.container.monitor.EnforcementMonitor;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.change.probe.HeartbeatReport;
import dev.deployclaw.core.change.probe.HeartbeatReport.Point;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.Procedure.OnFailure;
import dev.deployclaw.core.procedure.Procedure.ProcedureStep;
import dev.deployclaw.core.service.QueryService;
import dev.deployclaw.core.spi.MemberReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is in the estate, and how each member is: what isn't known is never well. */
class EstateOverviewTest {
  private static final List<String> LOOKS =
      List.of("gateway.topology", "redis.topology", "ratelimit.topology", "redis.scan");
  private static final List<String> ALL =
      List.of(
          "gateway.topology", "redis.topology", "ratelimit.topology", "redis.scan", "gateway.scan");

  @TempDir Path folder;

  private final FakeEstate world = new FakeEstate();
  private Optional<String> trouble = Optional.empty();
  private HeartbeatReport heartbeat = new HeartbeatReport("", 1, List.of());
  private EnforcementMonitor enforcement;
  private EstateOverview overview;

  @BeforeEach
  void start() {
    var periods = new MonitoringConfig(Duration.ofSeconds(10), Duration.ofMinutes(5));
    enforcement =
        new EnforcementMonitor(periods, world.time, _ -> heartbeat, folder, "/test/", _ -> {});
    overview = overview(ALL);
  }

  @Test
  void nothingIsEnforcedBeforeSomethingIsCommitted() throws Exception {
    assertThat(state("gateway/one")).isEqualTo("idle");
    assertThat(overview.document()).containsEntry("epoch", 0L);
  }

  @Test
  void aMemberIsWellWhereItEnforcesWhatIsCommitted() throws Exception {
    world.run("apply");

    assertThat(member("gateway/one")).containsEntry("state", "ok").containsEntry("epoch", 1L);
    assertThat(member("redis/a")).containsEntry("digest", overview.document().get("digest"));
    assertThat(member("ratelimit/shop")).containsEntry("kind", "service");
    assertThat(member("s3")).containsEntry("state", "ok").containsEntry("kind", "store");
  }

  @Test
  void oneThatWasChangedDiffersAndOneThatIsSilentIsUnknown() throws Exception {
    world.run("apply");
    world.redis.tamper("a", "by hand");
    world.gateway.stop("two");
    world.ratelimit.unreachableAt("topology");
    trouble = Optional.of("no answer within 5 s");

    assertThat(state("redis/a")).isEqualTo("differs");
    assertThat(text("redis/a", "reason")).startsWith("different: ");
    assertThat(state("redis/b")).isEqualTo("ok");
    assertThat(state("gateway/two")).isEqualTo("unknown");
    assertThat(state("ratelimit")).isEqualTo("unknown");
    assertThat(state("s3")).isEqualTo("unknown");
  }

  @Test
  void oneThatMayNotBeSeenIsUnknown() throws Exception {
    world.run("apply");
    world.gateway.answers("scan", m -> MemberReport.denied(m, "403: forbidden"));

    assertThat(state("gateway/one")).isEqualTo("unknown");
    assertThat(text("gateway/one", "reason")).contains("403");
  }

  /** A gateway that answers to its name may still enforce anything. */
  @Test
  void oneThatWasNotAskedWhatItEnforcesIsUnknown() throws Exception {
    world.run("apply");
    overview = overview(LOOKS);

    assertThat(state("gateway/one")).isEqualTo("unknown");
    assertThat(state("redis/a")).isEqualTo("ok");
  }

  @Test
  void oneThatSyntheticRequestsFoundWrongDiffersWhateverItsFileSays() throws Exception {
    world.run("apply");
    heartbeat =
        new HeartbeatReport(
            "",
            1,
            List.of(
                new Point(
                    "gateway/one", HeartbeatReport.State.NOT_ENFORCED, "admits all", 0, false)));
    enforcement.heartbeat();

    assertThat(member("gateway/one"))
        .containsEntry("state", "differs")
        .containsEntry("reason", "admits all")
        .containsKey("since");
    assertThat(state("gateway/two")).isEqualTo("ok");
  }

  /** What was well a moment ago isn't said to be well now. */
  @Test
  void withoutTheStateStoreAllThatWasSeenIsUnknown() throws Exception {
    world.run("apply");
    assertThat(state("gateway/one")).isEqualTo("ok");

    world.store.reachable(false);
    world.time.pass(Duration.ofMinutes(1));

    assertThat(overview.document()).containsKey("reason");
    assertThat(state("gateway/one")).isEqualTo("unknown");
    assertThat(state("redis/a")).isEqualTo("unknown");
  }

  /** They are asked anyway, each for itself. */
  @Test
  void withoutTheStateStoreTheOtherStoresAreAsTheyAnswer() throws Exception {
    world.run("apply");
    assertThat(state("s3")).isEqualTo("ok");

    world.store.reachable(false);
    world.time.pass(Duration.ofMinutes(1));

    assertThat(state("s3")).isEqualTo("ok");
    assertThat(state("etcd")).isEqualTo("unknown");
    trouble = Optional.of("no answer within 5 s");
    assertThat(text("s3", "reason")).isEqualTo("no answer within 5 s");
    assertThat(text("gateway/one", "reason")).contains("last seen at");
  }

  /** It is of no member that was asked, and is shown all the same. */
  @Test
  void aStateStoreWithoutTheCommittedPoliciesDiffers() throws Exception {
    world.run("apply");
    world.store.delete("policy/1/manifest");

    assertThat(member("etcd")).containsEntry("state", "differs").containsEntry("kind", "store");
  }

  @Test
  void shardsHaveTheirPrimariesNames() throws Exception {
    world.redis.says(
        "topology",
        MemberReport.yes("redis/a", "", Map.of("role", "primary", "slots", "0-16383")),
        MemberReport.yes("redis/b", "", Map.of("role", "replica", "primary", "a")));

    assertThat(member("redis/b")).containsEntry("group", "a");
    assertThat(text("redis/a", "facts")).contains("0-16383");
  }

  /** Those that aren't well stay, whatever their names. */
  @Test
  void ofTooManyMembersThoseThatAreWellAreLeftOutFirst() throws Exception {
    world.gateway.dismiss();
    for (int i = 0; i < 1_000; i++) {
      world.gateway.join("shop/gw-%04d".formatted(i));
    }
    world.gateway.join("shop/zz-last");
    world.run("apply");
    world.gateway.stop("shop/zz-last");
    world.redis.tamper("a", "by hand");

    assertThat((List<?>) overview.document().get("members")).hasSize(1_000);
    assertThat(overview.document()).containsEntry("more", 5);
    assertThat(state("redis/a")).isEqualTo("differs");
    assertThat(member("gateway/shop/zz-last"))
        .containsEntry("state", "unknown")
        .containsEntry("group", "shop");
  }

  private EstateOverview overview(List<String> looks) {
    var p = world.ports();
    var scan =
        new ProcedureStep("scan", "Looking", looks, List.of(), List.of(), false, OnFailure.ABORT);
    var ports =
        new AgentPorts(
            p.state(),
            p.objects(),
            p.executors(),
            p.sealer(),
            p.journal(),
            p.planner(),
            _ -> new Procedure("scan", "00", List.of(scan)),
            p.time(),
            p.writers(),
            p.sets());
    Supplier<QueryService> queries = () -> new QueryService(ports, world.settings("agent"));
    var vitals = List.of(new BackendHealthCheck("s3", () -> trouble));
    var health = new BackendHealthMonitor(vitals, queries, world.time);
    return new EstateOverview(new EstateQueries(queries, world.time), health, enforcement);
  }

  private String state(String name) throws InterruptedException {
    return text(name, "state");
  }

  private String text(String name, String key) throws InterruptedException {
    return String.valueOf(member(name).get(key));
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> member(String name) throws InterruptedException {
    world.time.pass(Duration.ofSeconds(6)); // a look is kept for five
    var members =
        (List<Map<String, Object>>) overview.document().getOrDefault("members", List.of());
    return members.stream().filter(m -> name.equals(m.get("member"))).findFirst().orElseThrow();
  }
}
