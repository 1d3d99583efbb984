package dev.deployclaw.core.survey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.drift.Discrepancy.Kind;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeParticipant;
import dev.deployclaw.core.ledger.ChangeStore;
import dev.deployclaw.core.ledger.EnforcedState;
import dev.deployclaw.core.spi.MemberReport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A look asks whoever renders whether what is there is the set's, and says each member once. */
class RenderedConfigCheckTest {
  private final FakeEstate world = new FakeEstate();
  private final FakeParticipant stores =
      new FakeParticipant("configuration", world.store, "prefix");

  @BeforeEach
  void everybodySaysYes() throws Exception {
    world.run("apply");
    world.gateway.answers("converge", m -> MemberReport.yes(m, "", Map.of()));
    stores.answers("converge", m -> MemberReport.yes(m, "", Map.of()));
  }

  @Test
  void findsNothingWhereEverybodySaysYes() throws Exception {
    assertThat(differing()).isEmpty();
    assertThat(stores.calls("converge")).isEqualTo(1);
  }

  @Test
  void namesTheMemberThatSaysNoAndWhy() throws Exception {
    world.gateway.answers(
        "converge",
        m ->
            m.endsWith("/two")
                ? MemberReport.no(m, "the live file is not the committed one")
                : yes(m));
    stores.answers("converge", m -> MemberReport.no(m, "the stored copy of epoch 1 was changed"));

    assertThat(differing())
        .containsExactlyInAnyOrder(
            different("gateway/two", "the live file is not the committed one"),
            different("configuration/prefix", "the stored copy of epoch 1 was changed"));
  }

  @Test
  void saysNothingMoreOfAMemberOfWhichSomethingIsSaid() throws Exception {
    world.gateway.answers("converge", m -> MemberReport.no(m, "is not the committed one"));
    var behind = new Discrepancy(Kind.BEHIND, "gateway/one", "is at epoch 0 instead of 1");

    assertThat(differing(behind))
        .containsExactlyInAnyOrder(
            different("gateway/two", "is not the committed one"),
            different("gateway/three", "is not the committed one"));
  }

  @Test
  void takesSilenceAndWhoIsLeftAloneForNoDifference() throws Exception {
    world.gateway.answers(
        "converge",
        m ->
            m.endsWith("/two")
                ? MemberReport.unknown(m, "no answer")
                : MemberReport.skipped(m, "was added"));
    stores.unreachableAt("converge");

    assertThat(differing()).isEmpty();
  }

  @Test
  void asksNobodyWhoDoesNotRenderAndWritesNothing() throws Exception {
    int redis = world.redis.calls("converge");
    int services = world.ratelimit.calls("converge");
    var stored = world.store.list("").stream().map(e -> e.key() + "@" + e.modRevision()).toList();

    differing();

    assertThat(world.redis.calls("converge")).isEqualTo(redis);
    assertThat(world.ratelimit.calls("converge")).isEqualTo(services);
    assertThat(world.store.list("").stream().map(e -> e.key() + "@" + e.modRevision()))
        .containsExactlyElementsOf(stored);
  }

  private List<Discrepancy> differing(Discrepancy... told) throws Exception {
    var of = world.ports();
    var those = List.of(world.gateway, world.redis, world.ratelimit, stores);
    var ports = FakeEstate.withExecutors(of, ExecutorRegistry.of(those));
    var store = ChangeStore.of(world.ports(), world.settings("agent"));
    var committed = new EnforcedState(store).now("look").activation();
    return new RenderedConfigCheck(ports, world.settings("agent"))
        .differing(committed.orElseThrow(), List.of(told));
  }

  private static MemberReport yes(String member) {
    return MemberReport.yes(member, "", Map.of());
  }

  private static Discrepancy different(String member, String detail) {
    return new Discrepancy(Kind.DIFFERENT, member, detail);
  }
}
