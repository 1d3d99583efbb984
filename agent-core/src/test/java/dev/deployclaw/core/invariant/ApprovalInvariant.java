package dev.deployclaw.core.invariant;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * I19: what was asked to wait has no effect before an approval that is bound to it. Whether it was
 * asked is read from the request as it was typed, and from what its caller said, so that nothing
 * that the agent makes of them is believed.
 */
final class ApprovalInvariant {
  private static final Set<String> EFFECTS = Set.of("widen", "commit", "repair");

  private final FakeEstate world;
  private final List<String> broken = new ArrayList<>();

  ApprovalInvariant(FakeEstate world) {
    this.world = world;
  }

  ApprovalInvariant copy(FakeEstate elsewhere) {
    var copy = new ApprovalInvariant(elsewhere);
    copy.broken.addAll(broken);
    return copy;
  }

  List<String> broken() {
    return List.copyOf(broken);
  }

  /** A change begins to decide requests. What the agent puts back by itself never waits. */
  void activates(ChangeExecution x) {
    if (x.kind() == ChangeKind.COMPENSATION || !askedToWait(log(x))) {
      return;
    }
    boolean bound =
        x.approval()
            .filter(a ->
                a.planHash().equals(x.planHash())
                    && a.baseRevision() == x.base().revision()
                    && x.checkpoint().filter(c -> c.sha256().equals(a.checkpoint())).isPresent())
            .isPresent();
    if (!bound) {
      broken.add("I19: " + x.id() + " was asked to wait, and decides without its approval");
    }
  }

  /** The same of whole logs, and of what opens no change. */
  void checkAtRest(String execution) {
    logs(execution).filter(ApprovalInvariant::askedToWait).forEach(log -> inOrder(execution, log));
  }

  private void inOrder(String execution, List<JsonNode> log) {
    boolean approved = false;
    for (var record : log) {
      String decided = record.at("/decision/name").asText();
      boolean compensates = record.at("/facts/change").asText().contains("-undo-");
      approved |= decided.equals("approve") || decided.equals("authorize");
      if (EFFECTS.contains(decided) && !approved && !compensates) {
        broken.add("I19: " + execution + " was asked to wait, and did: " + decided);
      }
    }
  }

  private static boolean askedToWait(List<JsonNode> log) {
    return log.stream()
        .filter(r -> r.path("phase").asText().equals("request"))
        .map(r -> r.path("facts"))
        .anyMatch(f ->
            f.path("request").asText().endsWith(" manually")
                || f.path("approval").asText().equals("manual"));
  }

  /**
   * The log in which a change was opened; another machine that reached no store may have taken the
   * same name for another request.
   */
  private List<JsonNode> log(ChangeExecution x) {
    return logs(x.log())
        .filter(log ->
            log.stream()
                .map(r -> r.path("facts"))
                .anyMatch(f ->
                    f.path("change").asText().equals(x.id())
                        && f.path("state").asText().equals("opened")))
        .filter(ApprovalInvariant::askedToWait)
        .findFirst()
        .orElse(List.of());
  }

  /** As each machine has it. */
  private Stream<List<JsonNode>> logs(String execution) {
    return world.journals().stream()
        .map(j -> j.read(execution).stream().map(RecordInvariants::parse).toList());
  }
}
