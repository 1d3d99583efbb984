package dev.deployclaw.core.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.MemberReport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of many members, those that decide are named, wherever in the list they come. */
class DecidingMembersTest {
  private static final String DECIDING = "gateway/gw-14";

  private final FakeEstate world = new FakeEstate();

  @BeforeEach
  void fifteenGateways() {
    for (int i = 1; i <= 15; i++) {
      world.gateway.join("gw-%02d".formatted(i));
    }
  }

  @Test
  void namesTheMemberThatIsStuckBeforeThoseThatAreOnTheirWay() throws Exception {
    world.run("apply");
    world.gateway.answers(
        "converge",
        m ->
            m.equals(DECIDING)
                ? MemberReport.stuck(m, "ProgressDeadlineExceeded")
                : MemberReport.no(m, "1 of 3 pods are updated"));

    var ended = world.run("set acme 700");

    assertNamed(ended, DECIDING + ": ProgressDeadlineExceeded");
  }

  @Test
  void namesTheMemberThatRefusesBeforeThoseThatAreSilent() throws Exception {
    world.gateway.answers(
        "prepare",
        m ->
            m.equals(DECIDING)
                ? MemberReport.no(m, "exceeded quota")
                : MemberReport.unknown(m, "does not answer"));

    var ended = world.run("apply");

    assertNamed(ended, DECIDING + ": exceeded quota");
    assertThat(ended.reason()).contains("does not answer").endsWith("; and 13 more");
  }

  @Test
  void namesEachMemberThatRefusesThoughNotWithItsReason() throws Exception {
    world.gateway.refuseAt("prepare", "unknown directive");

    var ended = world.run("apply");

    assertNamed(ended, DECIDING);
    assertThat(ended.reason()).contains("gateway/gw-05: unknown directive; also gateway/gw-06");
  }

  private void assertNamed(RequestOutcome ended, String named) {
    assertThat(ended.reason()).contains(named);
    assertThat(
            world
                .log(ended.execution())
                .lines()
                .filter(l -> l.contains("\"phase\"") && l.contains(named)))
        .as(world.log(ended.execution()))
        .isNotEmpty();
  }
}
