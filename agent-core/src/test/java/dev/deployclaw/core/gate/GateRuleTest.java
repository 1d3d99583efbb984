package dev.deployclaw.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.gate.GatePolicy.Risks;
import dev.deployclaw.core.gate.GatePolicy.Verdict;
import dev.deployclaw.core.gate.GateRule.About;
import dev.deployclaw.core.gate.GateRule.Says;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.MachineSamples;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateRuleTest {
  private static final ChangeExecution ASKED =
      MachineSamples.execution(ChangeKind.FORWARD, new ChangeState.Prepared("v", 6, List.of()));
  private static final GateRule SMALL =
      new GateRule(
          "small-tunes",
          new About(
              List.of("set-limit"), List.of("oliv*"), List.of("acme", "team-*"), List.of(), 2),
          Says.PASS,
          List.of());
  private static final GateRule BANK =
      new GateRule("bank", about(List.of("bank*"), 0), Says.HOLD, List.of("carol", "ops-*"));
  private static final GateRule MANY =
      new GateRule("many", about(List.of(), 3), Says.HOLD, List.of("dave"));

  @Test
  void passesWhatOneRuleCoversWhole() {
    assertThat(judged("set-limit", "acme", "team-a")).isEqualTo(new Verdict.Pass("small-tunes"));
    assertThat(judged("set-limit", "acme", "globex")).isEqualTo(held("default-hold"));
    assertThat(judged("set-limit", "acme", "team-a", "team-b")).isEqualTo(held("default-hold"));
    assertThat(judged("scale-limit", "acme")).isEqualTo(held("default-hold"));
    assertThat(judged("set-limit")).isEqualTo(held("default-hold"));
  }

  /** A rule passes only what it names whole, and holds what it names a part of. */
  @Test
  void speaksOfSeveralOperations() {
    var both = ChangeScope.of(Set.of("block", "set-limit"), List.of("acme"), List.of());
    var blocks =
        new GateRule(
            "blocks",
            new About(List.of("block"), List.of(), List.of(), List.of(), 0),
            Says.HOLD,
            List.of());
    var tunes =
        new GateRule(
            "tunes",
            new About(List.of("set-limit"), List.of(), List.of(), List.of(), 0),
            Says.PASS,
            List.of());
    var risks = Risks.of(List.of(), both);

    assertThat(gate(tunes).judge(ASKED, risks)).isEqualTo(held("default-hold"));
    assertThat(gate(blocks, tunes).judge(ASKED, risks)).isEqualTo(held("blocks"));
  }

  @Test
  void passesOnlyForWhomItSays() {
    var others =
        new GateRule(
            "r",
            new About(List.of(), List.of("ann"), List.of(), List.of(), 0),
            Says.PASS,
            List.of());

    assertThat(gate(others).judge(ASKED, risks("set-limit", List.of("acme"), List.of())))
        .isEqualTo(held("default-hold"));
  }

  @Test
  void whatHoldsWinsOverWhatPassesWhereverItStands() {
    var all = new GateRule("all", about(List.of("*"), 0), Says.PASS, List.of());
    var risks = risks("set-limit", List.of("acme", "bank-1"), List.of());

    assertThat(gate(all, BANK).judge(ASKED, risks)).isEqualTo(held("bank", "bank"));
    assertThat(gate(BANK, all).judge(ASKED, risks)).isEqualTo(held("bank", "bank"));
  }

  @Test
  void noRulePassesWhatTheGateAlwaysHolds() {
    var all = new GateRule("all", about(List.of("*"), 0), Says.PASS, List.of());
    var scope = ChangeScope.of("apply-policies", List.of("acme"), List.of());
    var removal = new Risks(List.of(), List.of("acme"), List.of(), List.of(), scope);
    var step =
        new Risks(List.of(), List.of(), List.of(), List.of("acme/orders: to nothing"), scope);
    var asks =
        new Risks(List.of(ApprovalTrigger.byRequest()), List.of(), List.of(), List.of(), scope);

    for (var risks : List.of(removal, step, asks)) {
      assertThat(gate(all).judge(ASKED, risks)).isInstanceOf(Verdict.Hold.class);
    }
  }

  @Test
  void aRuleOfAServiceSpeaksOfLimitsThatMayStandForIt() {
    var payments =
        new GateRule(
            "payments",
            new About(List.of(), List.of(), List.of(), List.of("payments"), 0),
            Says.HOLD,
            List.of());

    for (String service : List.of("payments", "*", "pay*")) {
      assertThat(gate(payments).judge(ASKED, risks("set-limit", List.of("a"), List.of(service))))
          .as(service)
          .isEqualTo(held("payments"));
    }
    assertThat(gate(payments).judge(ASKED, risks("set-limit", List.of("a"), List.of("search"))))
        .isEqualTo(held("default-hold"));
  }

  @Test
  void everyRuleThatSpeaksOfAChangeHasItsSayOnTheApprover() {
    var gate = gate(BANK, MANY);
    var verdict =
        gate.judge(
            ASKED, risks("set-limit", List.of("bank-1", "bank-2", "bank-3", "bank-4"), List.of()));
    assertThat(verdict)
        .isEqualTo(
            new Verdict.Hold(
                "bank", "the rule bank holds it; the rule many holds it", List.of("bank", "many")));

    var both = new ChangeState.Held("why", 9, List.of("bank", "many"));
    var one = new ChangeState.Held("why", 9, List.of("bank"));
    assertThat(gate.refuses(waits(both), "carol", "").orElseThrow().reason())
        .contains("many", "dave", "carol");
    assertThat(gate.refuses(waits(both), "dave", "").orElseThrow().reason())
        .contains("bank", "carol, ops-*");
    assertThat(gate.refuses(waits(one), "carol", "")).isEmpty();
    assertThat(gate.refuses(waits(one), "ops-7", "")).isEmpty();
    assertThat(gate.refuses(waits(one), "olivia", "")).isPresent();
  }

  @Test
  void nobodyApprovesWhatWasHeldByARuleThatIsGone() {
    var held = waits(new ChangeState.Held("why", 9, List.of("bank")));

    assertThat(gate(MANY).refuses(held, "carol", "").orElseThrow().reason())
        .contains("bank", "reject it");
  }

  /** What passed the gate before comes back by itself, unless a rule names it. */
  @ParameterizedTest
  @CsvSource({"rollback,way-back", "repair-drift,committed-again"})
  void aRuleSpeaksOfWhatPutsBackWhereItNamesIt(String operation, String passes) {
    var risks = risks(operation, List.of("bank-1"), List.of("orders"));
    var named =
        new GateRule(
            "named",
            new About(List.of(operation), List.of(), List.of("bank*"), List.of(), 0),
            Says.HOLD,
            List.of("carol"));

    assertThat(gate(BANK, MANY).admit("olivia", risks)).isEqualTo(new Verdict.Pass(passes));
    assertThat(gate(named).admit("olivia", risks)).isEqualTo(held("named", "named"));
    assertThat(gate(named).admit("olivia", risks(operation, List.of("acme"), List.of())))
        .isEqualTo(new Verdict.Pass(passes));
  }

  private static Verdict judged(String operation, String... tenants) {
    return gate(SMALL).judge(ASKED, risks(operation, List.of(tenants), List.of()));
  }

  private static GatePolicy gate(GateRule... rules) {
    return new GatePolicy(false, false, Duration.ofHours(1), List.of(rules));
  }

  private static About about(List<String> tenants, int most) {
    return new About(List.of(), List.of(), tenants, List.of(), most);
  }

  private static Risks risks(String operation, List<String> tenants, List<String> services) {
    return Risks.of(List.of(), ChangeScope.of(operation, tenants, services));
  }

  private static Verdict.Hold held(String rule, String... approval) {
    String why =
        rule.equals("default-hold")
            ? "every change waits for an approval here"
            : "the rule " + rule + " holds it";
    return new Verdict.Hold(rule, why, List.of(approval));
  }

  private static PendingApproval waits(ChangeState.Held held) {
    return PendingApproval.of(MachineSamples.execution(ChangeKind.FORWARD, held));
  }
}
