package dev.deployclaw.core.planning;

import dev.deployclaw.core.compile.CheckedTarget;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.language.InterpretedRequest;
import dev.deployclaw.core.language.conversation.ConversationReading;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.finding.Severity;
import dev.deployclaw.policy.json.RecordJson;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** What planning writes to the execution's log: what was understood, read, compared and found. */
public record PlanningLog(ExecutionRecorder recorder) {
  /** The action of the record that a plan is made after. */
  public static final String UNDERSTOOD = "Understanding the request";

  /** The action of the record whose detail is the whole request of several turns. */
  public static final String CONVERSATION = ExecutionLog.CONVERSATION;

  private static final int MOST_LISTED = 200;

  /** The most findings about the estate that a step's summary names. */
  private static final int MOST_SAID = 3;

  private static final int MOST_NAMED = 5;

  /** Who else read the request, what that cost, and how the readings compare. */
  void comparison(InterpretedRequest how, long fromMicros) {
    if (!how.facts().isEmpty()) {
      var status = how.doubtful() ? Status.WARNING : Status.OK;
      var entry = new LogEntryContent(how.note(), status, how.facts());
      recorder.tellTimed(Phase.PLAN, "Comparing with the model", entry, fromMicros);
    }
  }

  /** All turns, and the whole request. */
  void conversation(ConversationReading reading) {
    var before = reading.request().conversation();
    if (before.begun()) {
      var turns = before.turns().stream().map(RecordJson::map).toList();
      var entry =
          new LogEntryContent(reading.request().text(), Status.OK, Map.of("turns_before", turns));
      recorder.tell(Phase.PLAN, CONVERSATION, entry);
    }
  }

  /** The rules that hold a plan of it stand in the log before there is one. */
  void understood(Intent intent, List<ApprovalTrigger> demands) {
    var facts = new TreeMap<String, Object>();
    if (!demands.isEmpty()) {
      facts.put("needs_approval", demands.stream().map(d -> d.source().rule()).toList());
    }
    var status = intent.corrected().isEmpty() ? Status.OK : Status.WARNING;
    var entry = new LogEntryContent(InventoryBuilder.words(intent), status, facts);
    recorder.tell(Phase.PLAN, UNDERSTOOD, entry);
  }

  void sources(CollectedPolicies sources, List<String> warnings) {
    String detail = sources.policies().size() + " policies read from the sources";
    boolean clean = sources.problems().isEmpty();
    String problems = clean ? "" : ", " + sources.problems().size() + " problems";
    Status status = clean && warnings.isEmpty() ? Status.OK : Status.WARNING;
    var facts =
        Map.<String, Object>of(
            "tenants", listed(sources.policies().keySet(), t -> t),
            "left_out", List.copyOf(sources.leftOut().keySet()),
            "unknown", sources.unknown(),
            "problems", listed(sources.problems(), p -> p.text()));
    recorder.tell(
        Phase.PLAN, "policies.read", new LogEntryContent(detail + problems, status, facts));
    recorder.summarise(detail + problems, status);
    summarise(warnings);
  }

  void drift(List<Discrepancy> drift) {
    String detail = Discrepancy.sentence(drift);
    Status status = drift.isEmpty() ? Status.OK : Status.WARNING;
    var facts = Map.<String, Object>of("drift", listed(drift, Discrepancy::toMap));
    recorder.tell(Phase.PLAN, "policies.compare", new LogEntryContent(detail, status, facts));
    recorder.summarise(detail, status);
  }

  void findings(CheckedTarget checked) {
    long errors = count(checked, Severity.ERROR);
    long warnings = count(checked, Severity.WARNING);
    String counts = errors + " errors and " + warnings + " warnings in the policies";
    String detail = String.join("; ", Stream.concat(Stream.of(counts), ofEstate(checked)).toList());
    Status status = errors + warnings == 0 ? Status.OK : Status.WARNING;
    var facts =
        Map.<String, Object>of(
            "findings", listed(checked.findings(), PolicyFinding::toMap),
            "left_out", List.copyOf(checked.leftOut()));
    recorder.tell(Phase.PLAN, "policies.check", new LogEntryContent(detail, status, facts));
    recorder.summarise(detail, status);
  }

  void summarise(List<String> warnings) {
    warnings.stream().limit(MOST_NAMED).forEach(w -> recorder.summarise(w, Status.WARNING));
    int more = warnings.size() - MOST_NAMED;
    recorder.summarise(more > 0 ? "and " + more + " more warnings" : "", Status.OK);
  }

  void tell(String action, String detail, Status status) {
    recorder.tell(Phase.PLAN, action, new LogEntryContent(detail, status));
  }

  /** What no single tenant can mend is said at once, such as a node whose clock is wrong. */
  private static Stream<String> ofEstate(CheckedTarget checked) {
    return checked.findings().stream()
        .filter(f -> f.severity() == Severity.WARNING && f.tenant().isEmpty())
        .map(PolicyFinding::reason)
        .limit(MOST_SAID);
  }

  /** As many as a record can hold; the counts beside them are whole. */
  private static <T> List<Object> listed(Collection<T> all, Function<T, Object> as) {
    return all.stream().limit(MOST_LISTED).map(as).toList();
  }

  private static long count(CheckedTarget checked, Severity severity) {
    return checked.findings().stream().filter(f -> f.severity() == severity).count();
  }
}
