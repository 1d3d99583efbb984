package dev.deployclaw.core.machine;

import dev.deployclaw.core.machine.ChangeState.Checkpointed;
import dev.deployclaw.core.machine.ChangeState.Cleared;
import dev.deployclaw.core.machine.ChangeState.Committed;
import dev.deployclaw.core.machine.ChangeState.Opened;
import dev.deployclaw.core.machine.ChangeState.Prepared;
import dev.deployclaw.core.machine.ChangeState.Resumed;
import dev.deployclaw.core.machine.ChangeState.Widened;
import dev.deployclaw.policy.json.RecordJson;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the record of a transition says so that somebody who has only the log can check that the
 * rules were kept: on what a change stands, and which bytes were planned, voted for, approved and
 * activated. Pure; any thread.
 */
public final class TransitionEvidence {
  private TransitionEvidence() {}

  /** The facts of the record by which an execution reached its state. */
  public static Map<String, Object> of(ChangeExecution x) {
    var facts = new TreeMap<String, Object>();
    switch (x.state()) {
      case Opened _ -> opened(x, facts);
      case Checkpointed _ -> checkpoint(x, facts);
      case Prepared p -> prepared(x, p, facts);
      case Resumed _ -> x.approval().ifPresent(a -> approved(a, facts));
      case Cleared c -> facts.put("rule", c.rule());
      case Widened _, Committed _ -> {
        facts.put("digest", x.digest());
        checkpoint(x, facts);
      }
      case ChangeState.Published _,
          ChangeState.Converged _,
          ChangeState.Baked _,
          ChangeState.Completed _,
          ChangeState.RolledBack _ ->
          x.leftOut().ifPresent(l -> facts.putAll(l.facts()));
      case ChangeState.BeforeCommit _, ChangeState.OnTrial _, ChangeState.AfterCommit _ -> {}
      case ChangeState.Aborting _, ChangeState.Aborted _ -> {}
    }
    return facts;
  }

  private static void opened(ChangeExecution x, Map<String, Object> facts) {
    facts.put("kind", x.kind().word());
    facts.put("digest", x.digest());
    facts.put("base_epoch", x.base().epoch());
    facts.put("base_digest", x.base().digest());
    facts.put("base_revision", x.base().revision());
    x.undoes().ifPresent(id -> facts.put("undoes", id));
    x.followed()
        .ifPresent(f -> {
          facts.put("skill", f.skill());
          facts.put("skill_sha256", f.sha256());
        });
  }

  private static void checkpoint(ChangeExecution x, Map<String, Object> facts) {
    x.checkpoint()
        .ifPresent(c -> {
          facts.put("checkpoint", c.sha256());
          facts.put("stored", c.stored());
        });
  }

  private static void prepared(ChangeExecution x, Prepared p, Map<String, Object> facts) {
    facts.put("digest", x.digest());
    facts.putAll(RecordJson.map(p));
  }

  private static void approved(Approval a, Map<String, Object> facts) {
    facts.put("approver", a.who());
    facts.put("approved_plan", a.planHash());
    facts.put("approved_checkpoint", a.checkpoint());
    facts.put("approved_revision", a.baseRevision());
  }
}
