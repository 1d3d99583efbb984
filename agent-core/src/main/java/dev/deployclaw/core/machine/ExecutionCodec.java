package dev.deployclaw.core.machine;

import dev.deployclaw.core.machine.ChangeState.Aborted;
import dev.deployclaw.core.machine.ChangeState.Aborting;
import dev.deployclaw.core.machine.ChangeState.Baked;
import dev.deployclaw.core.machine.ChangeState.Baking;
import dev.deployclaw.core.machine.ChangeState.Checkpointed;
import dev.deployclaw.core.machine.ChangeState.Cleared;
import dev.deployclaw.core.machine.ChangeState.Committed;
import dev.deployclaw.core.machine.ChangeState.Completed;
import dev.deployclaw.core.machine.ChangeState.Converged;
import dev.deployclaw.core.machine.ChangeState.Failed;
import dev.deployclaw.core.machine.ChangeState.Held;
import dev.deployclaw.core.machine.ChangeState.Opened;
import dev.deployclaw.core.machine.ChangeState.Prepared;
import dev.deployclaw.core.machine.ChangeState.Published;
import dev.deployclaw.core.machine.ChangeState.Resumed;
import dev.deployclaw.core.machine.ChangeState.RolledBack;
import dev.deployclaw.core.machine.ChangeState.Soaking;
import dev.deployclaw.core.machine.ChangeState.Staged;
import dev.deployclaw.core.machine.ChangeState.Undoing;
import dev.deployclaw.core.machine.ChangeState.Widened;
import dev.deployclaw.core.machine.ChangeState.Withdrawing;
import dev.deployclaw.core.store.StoredFields;
import dev.deployclaw.core.store.UnreadableRecordException;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.json.RecordJson;
import dev.deployclaw.policy.json.StrictJsonObject;
import java.util.List;
import java.util.Map;

/**
 * The canonical JSON of an execution. Its fields {@code epoch} and {@code content} are read by rate
 * limit services.
 */
final class ExecutionCodec {
  /** What an approval of an earlier version says of its base: it holds for none. */
  private static final long UNSAID = -1;

  private ExecutionCodec() {}

  static byte[] write(ChangeExecution x) {
    var out = RecordJson.map(x);
    if (x.rollout().equals(RolloutPlan.AT_ONCE)) {
      out.remove("rollout");
    }
    out.put("state", state(x.state()));
    return CanonicalJson.bytes(out);
  }

  static ChangeExecution read(byte[] bytes) {
    var json = StoredFields.parse(bytes);
    return new ChangeExecution(
        json.text("id"),
        json.text("log"),
        ChangeKind.ofWord(json.text("kind")),
        json.number("epoch"),
        json.number("content"),
        base(json.object("base")),
        json.text("digest"),
        json.text("plan_hash"),
        json.text("requester"),
        json.optionalText("undoes"),
        json.optionalObject("rollout").map(RolloutPlan::of).orElse(RolloutPlan.AT_ONCE),
        FollowedSkill.in(json),
        json.optionalObject("checkpoint").map(ExecutionCodec::checkpoint),
        json.optionalObject("approval").map(ExecutionCodec::approval),
        json.optionalObject("left_out").map(RollbackExclusions::of),
        (int) json.number("turn"),
        state(json.object("state")));
  }

  /** The word of a state, as the log and {@code status} spell it. */
  static String word(ChangeState state) {
    return state instanceof RolledBack ? "rolled-back" : state.word();
  }

  private static Map<String, Object> state(ChangeState state) {
    var out = RecordJson.map((Record) state);
    out.put("name", word(state));
    if (state instanceof Held h && h.approval().isEmpty()) {
      out.remove("approval");
    }
    return out;
  }

  private static ChangeState state(StrictJsonObject json) {
    String name = json.text("name");
    return switch (name) {
      case "opened" -> new Opened();
      case "checkpointed" -> new Checkpointed();
      case "staged" -> new Staged();
      case "prepared" ->
          new Prepared(json.text("votes"), (int) json.number("count"), json.texts("absent"));
      case "held" ->
          new Held(
              json.text("why"),
              json.number("until_ms"),
              json.has("approval") ? json.texts("approval") : List.of());
      case "resumed" -> new Resumed();
      case "cleared" -> new Cleared(json.text("rule"));
      case "widened" -> new Widened((int) json.number("stage"));
      case "baking" ->
          new Baking((int) json.number("stage"), json.number("until_ms"), json.number("revision"));
      case "withdrawing" -> new Withdrawing((int) json.number("stage"), json.text("reason"));
      case "committed" -> new Committed();
      case "published" -> new Published();
      case "converged" -> new Converged();
      case "soaking" -> new Soaking(json.number("until_ms"));
      case "baked" -> new Baked();
      case "completed" -> new Completed();
      case "undoing" -> new Undoing(json.text("reason"));
      case "rolled-back" -> new RolledBack(json.text("by"), json.text("reason"));
      case "failed" -> new Failed(json.text("reason"));
      case "aborting" -> new Aborting(AbortCause.ofWord(json.text("cause")), json.text("reason"));
      case "aborted" ->
          new Aborted(
              AbortCause.ofWord(json.text("cause")), json.text("reason"), json.texts("leftovers"));
      default ->
          throw new UnreadableRecordException("a stored execution is in an unknown state: " + name);
    };
  }

  private static BaseEpoch base(StrictJsonObject json) {
    return new BaseEpoch(
        json.number("epoch"),
        json.text("digest"),
        json.text("change"),
        json.number("revision"),
        json.optionalNumber("predecessor").orElse(0L),
        json.optionalNumber("step").orElse(0L));
  }

  private static Checkpoint checkpoint(StrictJsonObject json) {
    return new Checkpoint(
        json.text("object"), json.text("sha256"), json.text("fingerprint"), json.flag("stored"));
  }

  private static Approval approval(StrictJsonObject json) {
    return new Approval(
        json.text("who"),
        json.number("at_ms"),
        json.text("plan_hash"),
        json.text("checkpoint"),
        json.optionalNumber("base_revision").orElse(UNSAID));
  }
}
