package dev.deployclaw.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.freeze.FreezeRecord;
import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.regression.AheadMember;
import dev.deployclaw.core.repair.HeldRepair;
import dev.deployclaw.core.schedule.ScheduledChange;
import dev.deployclaw.core.store.AcceptedRegression;
import dev.deployclaw.core.store.ArchivedLogMarker;
import dev.deployclaw.core.store.ChainLink;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is stored and logged has the same bytes as ever: other versions read it. */
class StoredBytesTest {
  @Test
  void writesTheSameBytesAsEver() throws Exception {
    try (var recorded = StoredBytesTest.class.getResourceAsStream("stored-records.jsonl")) {
      var lines = new String(recorded.readAllBytes(), StandardCharsets.UTF_8).lines().toList();

      assertThat(written()).containsExactlyElementsOf(lines);
    }
  }

  private static List<String> written() {
    var out = new ArrayList<String>();
    for (var state : MachineSamples.STATES) {
      var forward = MachineSamples.execution(ChangeKind.FORWARD, state);
      add(out, forward.bytes());
      add(out, MachineSamples.canary(state).with(MachineSamples.APPROVAL).bytes());
      out.add(CanonicalJson.text(TransitionEvidence.of(forward.with(MachineSamples.APPROVAL))));
    }
    var back = MachineSamples.execution(ChangeKind.ROLLBACK, new ChangeState.Converged());
    add(out, back.bytes());
    out.add(CanonicalJson.text(TransitionEvidence.of(back)));
    add(out, MachineSamples.execution(ChangeKind.COMPENSATION, held()).bytes());
    add(out, MachineSamples.CHECKPOINT.marker(back));
    add(out, new CommittedEpoch(4, "d4", "x", 9, 3).bytes());
    var candidate = new CommittedEpoch.Candidate(5, "d5", "y", 500);
    add(out, new CommittedEpoch(4, "d4", "x", 9, 3, 2, Optional.of(candidate)).bytes());
    out.add(CanonicalJson.text(MachineSamples.LEFT_OUT.facts()));
    add(out, new FreezeRecord("olivia", "incident 4711", "2026-11-24T10:00:00Z").bytes());
    var demands = List.of(new ApprovalTrigger(ApprovalTrigger.Source.MODEL_DOUBT, "it doubts"));
    add(
        out,
        new ScheduledChange(
                "s",
                7,
                "block acme",
                "olivia",
                true,
                demands,
                3,
                "d",
                Optional.empty(),
                Optional.empty())
            .bytes());
    add(out, new HeldRepair("r", "o", "why", "p", 3, 9, List.of("bank"), List.of("a")).bytes());
    add(out, new AcceptedRegression(4, 9, "olivia", "2026-11-24T10:00:00Z").bytes());
    add(out, new ArchivedLogMarker("logs/x/head-4.ab.json", "olivia", 1_000).bytes());
    add(out, ChainLink.START.next("x", 12, "ab").bytes());
    out.add(CanonicalJson.text(new AheadMember("redis/a", "epoch", 7, 4).toMap()));
    out.add(
        CanonicalJson.text(
            new Discrepancy(Discrepancy.Kind.NOT_ENFORCED, "gateway/a", "by epoch 3").toMap()));
    return out;
  }

  private static ChangeState held() {
    return new ChangeState.Held("it removes acme", 1000, List.of());
  }

  private static void add(List<String> out, byte[] bytes) {
    out.add(new String(bytes, StandardCharsets.UTF_8));
  }
}
