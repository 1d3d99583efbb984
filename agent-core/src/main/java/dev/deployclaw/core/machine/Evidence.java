package dev.deployclaw.core.machine;

import dev.deployclaw.core.machine.State.Checkpointed;
import dev.deployclaw.core.machine.State.Cleared;
import dev.deployclaw.core.machine.State.Committed;
import dev.deployclaw.core.machine.State.Opened;
import dev.deployclaw.core.machine.State.Prepared;
import dev.deployclaw.core.machine.State.Resumed;
import dev.deployclaw.core.machine.State.Widened;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the record of a transition says so that somebody who has only the log can check that the
 * rules were kept: on what a change stands, and which bytes were planned, voted for, approved and
 * activated. Pure; any thread.
 */
public final class Evidence {
  private Evidence() {}

  /** The facts of the record by which an execution reached its state. */
  public static Map<String, Object> of(Execution x) {
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
      case State.Published _, State.Converged _, State.Baked _, State.Completed _ ->
          x.leftOut().ifPresent(l -> facts.putAll(l.facts()));
      case State.RolledBack _ -> x.leftOut().ifPresent(l -> facts.putAll(l.facts()));
      case State.Staged _, State.Held _, State.Baking _, State.Withdrawing _ -> {}
      case State.Soaking _, State.Undoing _, State.Failed _ -> {}
      case State.Aborting _, State.Aborted _ -> {}
    }
    return facts;
  }

  private static void opened(Execution x, Map<String, Object> facts) {
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

  private static void checkpoint(Execution x, Map<String, Object> facts) {
    x.checkpoint()
        .ifPresent(c -> {
          facts.put("checkpoint", c.sha256());
          facts.put("stored", c.stored());
        });
  }

  private static void prepared(Execution x, Prepared p, Map<String, Object> facts) {
    facts.put("digest", x.digest());
    facts.put("votes", p.votes());
    facts.put("count", p.count());
    facts.put("absent", p.absent());
  }

  private static void approved(Approval a, Map<String, Object> facts) {
    facts.put("approver", a.who());
    facts.put("approved_plan", a.planHash());
    facts.put("approved_checkpoint", a.checkpoint());
    facts.put("approved_revision", a.baseRevision());
  }
}
