package dev.deployclaw.container.query;

import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.rollback.CheckpointReport;
import dev.deployclaw.core.service.HeldPlan;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.task.Conversation.Offer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a look came to, and what waits, for JSON documents. */
public final class OutcomeDocuments {
  private OutcomeDocuments() {}

  public static Map<String, Object> document(CallOutcome outcome) {
    return switch (outcome) {
      case CallOutcome.Done(var reports, var facts) ->
          Map.of(
              "reports", reports.stream().map(OutcomeDocuments::report).toList(), "facts", facts);
      case CallOutcome.Failed(var fault) -> Map.of("fault", fault.word(), "reason", fault.reason());
    };
  }

  /** What an approver reads of what waits. */
  public static Map<String, Object> document(HeldPlan held) {
    var out = new LinkedHashMap<String, Object>();
    out.put("execution_id", held.waiting().id());
    out.put("requester", held.waiting().requester());
    out.put("why", held.waiting().why());
    out.put("changes", held.changes());
    out.put("plan", held.waiting().planHash());
    return out;
  }

  /** What a checkpoint is worth, and what a rollback would do. */
  public static Map<String, Object> document(CheckpointReport answer) {
    var out = new LinkedHashMap<String, Object>();
    out.put("execution_id", answer.execution());
    out.put("holds", answer.exit() == ExitCode.OK);
    if (!answer.reason().isEmpty()) {
      out.put("reason", answer.reason());
    }
    out.put("checkpoint", new TreeMap<>(answer.facts()));
    out.put("rollback", answer.rollback());
    out.put("members", answer.members().stream().map(CheckpointReport.Member::toMap).toList());
    return out;
  }

  /** Those of some fields that are there, in the order of their keys. */
  public static Map<String, Object> picked(Map<String, Object> fields, List<String> keys) {
    var out = new LinkedHashMap<String, Object>();
    keys.forEach(
        key -> Optional.ofNullable(fields.get(key)).ifPresent(value -> out.put(key, value)));
    return out;
  }

  /** What an execution asked. */
  public static Map<String, Object> document(String execution, List<Offer> offers) {
    return Map.of(
        "execution_id",
        execution,
        "questions",
        offers.stream().map(OutcomeDocuments::question).toList());
  }

  private static Map<String, Object> question(Offer offer) {
    var out = new LinkedHashMap<String, Object>();
    out.put("id", offer.id());
    out.put("text", offer.question());
    out.put("slot", offer.slot());
    out.put("choices", offer.choices());
    offer.suggestion().ifPresent(s -> out.put("suggestion", s));
    return out;
  }

  private static Map<String, Object> report(MemberReport report) {
    var out = new LinkedHashMap<String, Object>();
    out.put("member", report.member());
    out.put("answer", word(report.answer().name()));
    if (!report.reason().isEmpty()) {
      out.put("reason", report.reason());
    }
    out.put("facts", report.facts());
    return out;
  }

  private static String word(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
