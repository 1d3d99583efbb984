package dev.deployclaw.audit.export;

import dev.deployclaw.audit.export.OcsfEvent.Activity;
import dev.deployclaw.audit.export.OcsfEvent.ActivityWord;
import dev.deployclaw.audit.export.OcsfEvent.EventClass;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.diff.FieldDifference;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Events of one execution: API Activity (6003) for each of its ends and decisions, Entity
 * Management (3004) for each limit that a commit changed. An event follows from records that don't
 * change any more, so it is the same in each export. Pure.
 *
 * @param version of the product
 */
record OcsfMapper(ExecutionSummary execution, String version) {
  private static final int POLICY = 5;
  private static final int UNKNOWN_USER = 0;

  /** Decisions by which other limits are enforced. */
  private static final Set<String> CHANGING =
      Set.of("widen", "withdraw", "commit", "put-back", "repair", "reassert");

  private static final Set<String> CHANGING_STATES =
      Set.of("widened", "withdrawing", "committed", "rolledback");

  /** An end of the execution; one that was held has several. */
  OcsfEvent end(LoggedRecord end) {
    String operation = execution.request().operation();
    String outcome = end.fact("result");
    var activity = Activity.of(EventClass.API, activity(operation)).named(operation);
    String message = outcome + ": " + execution.request().text();
    var told = new Told(end, outcome, OcsfStatus.ofOutcome(outcome), message, end.text("detail"));
    return call(told, activity, operation.isEmpty() ? "execute" : operation);
  }

  OcsfEvent decision(LoggedRecord entry, String name) {
    boolean changes = CHANGING.contains(name) || CHANGING_STATES.contains(name);
    var word = changes ? ActivityWord.UPDATE : ActivityWord.OTHER;
    String message = entry.text("action") + ": " + entry.text("detail");
    var status = OcsfStatus.ofRecord(entry.text("status"));
    var told = new Told(entry, name, status, message, entry.text("detail"));
    return call(told, Activity.of(EventClass.API, word).named(name), name);
  }

  /**
   * A limit that a commit changed.
   *
   * @param number of the difference among those of the plan
   */
  OcsfEvent difference(LoggedRecord commit, FieldDifference difference, int number) {
    var word =
        difference.before().isEmpty()
            ? ActivityWord.CREATE
            : difference.after().isEmpty() ? ActivityWord.DELETE : ActivityWord.UPDATE;
    return change(
        commit,
        Activity.of(EventClass.ENTITY, word),
        new Change(
            number,
            difference.text(),
            entity(difference, difference.before()),
            entity(difference, difference.after())));
  }

  /** What a commit changed beyond the differences that the log lists. */
  OcsfEvent policySet(LoggedRecord commit, int number) {
    return change(
        commit,
        Activity.of(EventClass.ENTITY, ActivityWord.UPDATE),
        new Change(
            number,
            "the policy set; its differences aren't listed in the log",
            policySet(commit.text("before")),
            policySet(commit.text("after"))));
  }

  /** A log that doesn't verify, as an event of this verification. */
  OcsfEvent failedVerification(Instant now) {
    var nothing = new LoggedRecord(Map.of());
    String reason = execution.verdict().reason();
    String message = "The log of " + execution.execution() + " doesn't verify: " + reason;
    var told = new Told(nothing, "verify", OcsfStatus.SERIOUS, message, reason);
    var activity = Activity.of(EventClass.API, ActivityWord.OTHER).named("verify");
    return event(
        told, activity, now, new Subject(Optional.of(api("verify", reason)), none(), none()));
  }

  /** What an event says, and the record that it rests on. */
  private record Told(
      LoggedRecord entry, String code, OcsfStatus status, String message, String detail) {}

  /** What an event is about. */
  private record Subject(
      Optional<OcsfEvent.Api> api,
      Optional<OcsfEvent.Entity> entity,
      Optional<OcsfEvent.Entity> result) {}

  /** An entity that was changed. */
  private record Change(int number, String text, OcsfEvent.Entity before, OcsfEvent.Entity after) {}

  private OcsfEvent call(Told told, Activity activity, String operation) {
    var subject = new Subject(Optional.of(api(operation, told.detail())), none(), none());
    return event(told, activity, told.entry().time(), subject);
  }

  private OcsfEvent change(LoggedRecord commit, Activity activity, Change change) {
    var status = commit.text("status").equals("UNKNOWN") ? OcsfStatus.UNKNOWN : OcsfStatus.SUCCESS;
    var told =
        new Told(commit, "change-" + change.number(), status, change.text(), commit.text("detail"));
    var subject = new Subject(none(), Optional.of(change.before()), Optional.of(change.after()));
    return event(told, activity, commit.time(), subject);
  }

  private OcsfEvent event(Told told, Activity activity, Instant time, Subject subject) {
    return new OcsfEvent(
        activity,
        OcsfEvent.Occurrence.of(time, told.status(), told.message(), told.detail()),
        metadata(told),
        actor(told.entry()),
        subject.api(),
        new OcsfEvent.Endpoint(
            ExportedText.some(told.entry().text("actor")).orElse("unknown"), "deployclaw"),
        subject.entity(),
        subject.result(),
        ExportedText.some(told.entry().reference().hash()).map(OcsfEvent.Fingerprint::sha256),
        OcsfEvent.Evidence.of(execution.execution(), execution.verdict(), told.entry()));
  }

  private OcsfEvent.Metadata metadata(Told told) {
    boolean cut = ExportedText.isCut(told.message()) || ExportedText.isCut(told.detail());
    return new OcsfEvent.Metadata(
        OcsfEvent.SCHEMA_VERSION,
        new OcsfEvent.Product(OcsfEvent.AGENT, "DeployClaw", version),
        execution.execution() + "/" + told.entry().reference().seq() + "/" + told.code(),
        execution.execution(),
        told.entry().reference().seq(),
        "execution log",
        told.code(),
        ExportedText.some(told.entry().text("time")),
        cut ? Optional.of(true) : Optional.empty());
  }

  /** The person of the record itself, else who asked. */
  private OcsfEvent.Actor actor(LoggedRecord entry) {
    String person =
        ExportedText.some(entry.fact("approver"))
            .or(() -> ExportedText.some(entry.fact("who")))
            .or(() -> ExportedText.some(execution.request().requester()))
            .orElse("unknown");
    return new OcsfEvent.Actor(new OcsfEvent.User(person, UNKNOWN_USER));
  }

  private OcsfEvent.Api api(String operation, String answer) {
    return new OcsfEvent.Api(
        operation,
        new OcsfEvent.Service(OcsfEvent.AGENT),
        new OcsfEvent.ApiRequest(execution.execution()),
        new OcsfEvent.ApiResponse(ExportedText.line(answer)));
  }

  private static OcsfEvent.Entity entity(FieldDifference difference, Optional<String> value) {
    var data = new TreeMap<String, String>();
    difference.tenant().ifPresent(tenant -> data.put("tenant", ExportedText.line(tenant)));
    difference.limit().ifPresent(limit -> data.put("limit", ExportedText.line(limit)));
    data.put("field", ExportedText.line(difference.field()));
    value.ifPresent(v -> data.put("value", ExportedText.line(v)));
    String limit = difference.limit().map(l -> "/" + l).orElse("");
    return policy(difference.tenant().orElse("gateways") + limit, data);
  }

  private static OcsfEvent.Entity policySet(String digest) {
    return policy("policy set", digest.isEmpty() ? Map.of() : Map.of("sha256", digest));
  }

  private static OcsfEvent.Entity policy(String name, Map<String, String> data) {
    String line = ExportedText.line(name);
    return new OcsfEvent.Entity(line, POLICY, "Policy", new OcsfEvent.Policy(line), data);
  }

  private static ActivityWord activity(String operation) {
    if (operation.isEmpty()) {
      return ActivityWord.UNKNOWN;
    }
    var first = TaskOperation.ofWord(operation.split(" ", 2)[0]);
    return first
        .map(o -> o.changes() ? ActivityWord.UPDATE : ActivityWord.READ)
        .orElse(ActivityWord.OTHER);
  }

  private static <T> Optional<T> none() {
    return Optional.empty();
  }
}
