package dev.deployclaw.core.service;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.gate.ApprovalTrigger.Source;
import dev.deployclaw.core.journal.StoredLogReader;
import dev.deployclaw.core.language.conversation.ConversationReading;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.planning.PlanningLog;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Result;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.store.StoredFields;
import dev.deployclaw.core.task.Conversation;
import dev.deployclaw.core.task.Conversation.Offer;
import dev.deployclaw.core.task.Conversation.Piece;
import dev.deployclaw.core.task.Conversation.Turn;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.json.RecordJson;
import dev.deployclaw.policy.json.StrictJsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds what was said before a request. The last record of an execution holds its open question, so
 * that any agent goes on with it; a mark in the state store admits one answer. The logs of this
 * machine tell what "the same" refers to.
 */
record ConversationFinder(AgentPorts ports, ChangeLedger ledger) {
  /** How long a question may be answered. */
  static final Duration LONGEST_OPEN = Duration.ofHours(1);

  /** How long "the same" refers to a request. */
  static final Duration LONGEST_SAME = Duration.ofMinutes(15);

  private static final int MOST_LOGS = 20;

  /** Marks that are too old to matter and go with a new one. */
  private static final int MOST_FORGOTTEN = 32;

  private static final String FACT = "conversation";

  /** What came of looking. */
  sealed interface Lookup {
    /** The request with what was said before it. */
    record Ready(TaskRequest request) implements Lookup {}

    record Refused(OpenQuestion.Flaw flaw, String reason) implements Lookup {}
  }

  /** What the last record of an execution says, so that an answer can go on with it. */
  static Map<String, Object> facts(Conversation open, TaskRequest request) {
    var facts = RecordJson.map(open);
    facts.put("requester", request.requester());
    facts.put("manual", request.manual());
    return facts;
  }

  /** The request with what was said before it; nothing is written. */
  Lookup find(TaskRequest request) throws InterruptedException {
    return find(request, "");
  }

  private Lookup find(TaskRequest request, String by) throws InterruptedException {
    var before = request.conversation();
    if (before.sought()) {
      return answering(request, before.execution());
    }
    return !before.begun() && ConversationReading.varies(request.text())
        ? new Lookup.Ready(last(request, by).orElse(request))
        : new Lookup.Ready(request);
  }

  /** The same; the question is answered from now on. */
  Lookup take(TaskRequest request, String by, Leadership leadership) throws InterruptedException {
    var found = find(request, by);
    String asked = request.conversation().execution();
    if (!request.conversation().sought() || found instanceof Lookup.Refused) {
      return found;
    }
    var conditions = new ArrayList<>(leadership.conditions());
    conditions.add(new Condition.Absent(StoreKeys.answered(asked)));
    var writes = new ArrayList<Write>();
    long now = ports.time().instant().toEpochMilli();
    var mark = Map.<String, Object>of("at", now, "by", by);
    writes.add(new Write.Put(StoreKeys.answered(asked), CanonicalJson.bytes(mark)));
    ports.state().list(StoreKeys.ANSWERED).stream()
        .filter(e -> StoredFields.parse(e.value()).number("at") < now - 2 * LONGEST_OPEN.toMillis())
        .limit(MOST_FORGOTTEN)
        .forEach(e -> writes.add(new Write.Delete(e.key())));
    return ports.state().transact(new Transaction(conditions, writes)) instanceof Result.Applied
        ? found
        : new Lookup.Refused(
            OpenQuestion.Flaw.CLOSED, asked + " may have been answered: send the request again");
  }

  private Lookup answering(TaskRequest request, String asked) throws InterruptedException {
    var records = new StoredLogReader(ports).records(asked);
    var end = records.isEmpty() ? Optional.<StrictJsonObject>empty() : end(records.getLast());
    var open = end.flatMap(facts -> facts.optionalObject(FACT));
    if (open.isEmpty()) {
      return new Lookup.Refused(
          OpenQuestion.Flaw.NO_QUESTION, asked + " has no question that waits for an answer");
    }
    String requester = open.get().text("requester");
    if (!requester.equals(request.requester())) {
      return new Lookup.Refused(
          OpenQuestion.Flaw.NOT_ALLOWED, "only the requester of " + asked + " may answer");
    }
    var before = read(open.get(), asked);
    var by = ports.state().get(StoreKeys.answered(asked));
    if (by.isPresent()) {
      String answer = StoredFields.parse(by.get().value()).text("by");
      return new Lookup.Refused(
          OpenQuestion.Flaw.CLOSED, "%s was answered by %s already".formatted(asked, answer));
    }
    return before.turns().getLast().at().isBefore(ports.time().instant().minus(LONGEST_OPEN))
        ? new Lookup.Refused(
            OpenQuestion.Flaw.CLOSED,
            "the question of " + asked + " is older than an hour: send the request again")
        : new Lookup.Ready(
            new TaskRequest(
                request.text(),
                requester,
                request.received(),
                request.manual() || open.get().flag("manual"),
                request.execution(),
                before));
  }

  private static Conversation read(StrictJsonObject json, String execution) {
    return new Conversation(
        execution,
        json.openObjects("turns", t -> new Turn(t.text("text"), t.number("at_ms"))),
        json.openObjects("pieces", p -> new Piece(p.text("text"), (int) p.number("turn"))),
        json.openObjects(
            "offers",
            o ->
                new Offer(
                    o.text("id"),
                    o.text("question"),
                    o.text("slot"),
                    o.texts("choices"),
                    o.optionalText("suggestion"))));
  }

  private static Optional<String> said(List<StrictJsonObject> records) {
    return records.getFirst().object("facts").optionalText("request");
  }

  private static Optional<StrictJsonObject> end(byte[] record) {
    var json = StoredFields.parse(record);
    return json.text("phase").equals(Phase.END.word())
        ? Optional.of(json.object("facts"))
        : Optional.empty();
  }

  /**
   * The request behind the last one of its requester. Empty where that was not understood, and
   * where another agent committed since: what was said to that one isn't in the logs here.
   */
  private Optional<TaskRequest> last(TaskRequest request, String by) throws InterruptedException {
    var since = request.received().minus(LONGEST_SAME);
    var executions = new ArrayList<>(ports.journal().executions()).reversed();
    var base = ledger.base();
    if (base.epoch() > 0 && !executions.contains(base.change())) {
      return Optional.empty();
    }
    for (String execution :
        executions.stream().filter(e -> !e.equals(by)).limit(MOST_LOGS).toList()) {
      var records = ports.journal().read(execution).stream().map(StoredFields::parse).toList();
      var first =
          records.isEmpty() ? Optional.<StrictJsonObject>empty() : Optional.of(records.getFirst());
      boolean own =
          first
              .map(r -> r.object("facts"))
              .flatMap(f -> f.optionalText("requester"))
              .filter(request.requester()::equals)
              .isPresent();
      if (first.isPresent() && Instant.parse(first.get().text("time")).isBefore(since)) {
        return Optional.empty();
      }
      if (own) {
        return understood(execution, records).map(before -> varied(request, before, records));
      }
    }
    return Optional.empty();
  }

  /** What was to wait for an approval waits in its variation, too. */
  private static TaskRequest varied(
      TaskRequest request, Conversation before, List<StrictJsonObject> records) {
    boolean manual =
        records.stream()
            .filter(r -> r.text("action").equals(PlanningLog.UNDERSTOOD))
            .map(r -> r.object("facts"))
            .filter(facts -> facts.has("needs_approval"))
            .anyMatch(f -> f.texts("needs_approval").contains(Source.REQUEST.rule()));
    return new TaskRequest(
        request.text(),
        request.requester(),
        request.received(),
        request.manual() || manual,
        request.execution(),
        before);
  }

  private static Optional<Conversation> understood(
      String execution, List<StrictJsonObject> records) {
    boolean planned = detail(records, PlanningLog.UNDERSTOOD).isPresent();
    boolean asks = end(records).flatMap(f -> f.optionalObject(FACT)).isPresent();
    long at = Instant.parse(records.getFirst().text("time")).toEpochMilli();
    return said(records)
        .filter(_ -> planned && !asks)
        .map(typed -> detail(records, PlanningLog.CONVERSATION).orElse(typed))
        .map(text ->
            new Conversation(
                execution, List.of(new Turn(text, at)), List.of(new Piece(text, 1)), List.of()));
  }

  private static Optional<StrictJsonObject> end(List<StrictJsonObject> records) {
    return Optional.of(records.getLast())
        .filter(r -> r.text("phase").equals(Phase.END.word()))
        .map(r -> r.object("facts"));
  }

  private static Optional<String> detail(List<StrictJsonObject> records, String action) {
    return records.stream()
        .filter(r -> r.text("action").equals(action))
        .map(r -> r.text("detail"))
        .findFirst();
  }
}
