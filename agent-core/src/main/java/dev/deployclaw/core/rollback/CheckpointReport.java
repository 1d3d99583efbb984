package dev.deployclaw.core.rollback;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.policy.json.RecordJson;
import java.util.List;
import java.util.Map;

/**
 * What a checkpoint is worth: whether its object is what its marker names, and what a rollback
 * would do with it.
 *
 * @param exit {@code OK}, {@code INVALID} where it is damaged, {@code FAILED} where that can't be
 *     told
 * @param reason why it isn't {@code OK}; else empty
 * @param facts of the checkpoint: {@code object}, {@code sha256}, {@code observed_sha256}, {@code
 *     bytes}, {@code epoch}, {@code marker}; those that could be found
 * @param rollback why a rollback of that execution would be refused now; {@code possible} where it
 *     would not
 * @param members what would become of each, by name; nothing was done
 */
public record CheckpointReport(
    ExitCode exit,
    String reason,
    String execution,
    Map<String, Object> facts,
    String rollback,
    List<Member> members) {
  public static final String POSSIBLE = "possible";

  public CheckpointReport {
    facts = Map.copyOf(facts);
    members = List.copyOf(members);
  }

  /**
   * @param word {@code restore}, {@code keep}, {@code unreachable} or {@code unknown}: it wasn't
   *     there when the checkpoint was taken
   * @param detail from what to what
   */
  public record Member(String member, @JsonProperty("would") String word, String detail) {
    /** For JSON. */
    public Map<String, Object> toMap() {
      return RecordJson.map(this);
    }
  }

  public static CheckpointReport without(ExitCode exit, String execution, String reason) {
    return new CheckpointReport(exit, reason, execution, Map.of(), reason, List.of());
  }
}
