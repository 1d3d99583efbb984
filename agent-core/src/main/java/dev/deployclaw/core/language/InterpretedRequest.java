package dev.deployclaw.core.language;

import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.gate.ApprovalTrigger.Source;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An interpretation, and what the log is to say of how it came about.
 *
 * @param note for people, one sentence; empty where there is nothing to say
 * @param doubtful whether a person should look at the note
 * @param demands why a plan of it waits for an approval, whatever the gate's rules say
 * @param facts JSON-like: strings, whole numbers, lists and maps of them
 */
public record InterpretedRequest(
    Interpretation interpretation,
    String note,
    boolean doubtful,
    List<ApprovalTrigger> demands,
    Map<String, Object> facts) {

  public InterpretedRequest {
    demands = List.copyOf(demands);
    facts = Map.copyOf(facts);
  }

  /**
   * All that asks for an approval: what the request itself asks, in words or by its caller, first.
   */
  public List<ApprovalTrigger> demands(TaskRequest request) {
    boolean byModel = demands.stream().anyMatch(d -> d.source() == Source.MODEL_READING);
    boolean inWords =
        !byModel
            && interpretation instanceof Interpretation.Planned(Intent intent)
            && intent.guards().manual();
    var asked =
        request.manual() || inWords
            ? Stream.of(ApprovalTrigger.byRequest())
            : Stream.<ApprovalTrigger>empty();
    return Stream.concat(asked, demands.stream()).toList();
  }

  /** The same with another answer. */
  public InterpretedRequest answering(Interpretation other) {
    return new InterpretedRequest(other, note, doubtful, demands, facts);
  }

  /** One that needs no explanation. */
  public static InterpretedRequest plain(Interpretation interpretation) {
    return new InterpretedRequest(interpretation, "", false, List.of(), Map.of());
  }
}
