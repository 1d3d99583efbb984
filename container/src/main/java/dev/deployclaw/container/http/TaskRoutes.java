package dev.deployclaw.container.http;

import dev.deployclaw.container.config.Role;
import dev.deployclaw.container.serve.Asked;
import dev.deployclaw.container.serve.Desk;
import dev.deployclaw.container.serve.Meters.Refusal;
import dev.deployclaw.container.serve.Outcomes;
import dev.deployclaw.container.serve.Sidecar;
import dev.deployclaw.core.machine.GatePolicy;
import dev.deployclaw.core.runtime.HeldPlan;
import dev.deployclaw.core.runtime.Objection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What hands something in: tasks, ways back, and people's words on held changes. */
final class TaskRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRoutes.class);
  static final String KEY = "Idempotency-Key";

  /** Visible ASCII. */
  private static final Pattern KEY_FORM = Pattern.compile("[!-~]{1,255}");

  private static final String LAST = "last";

  private final Sidecar sidecar;

  TaskRoutes(Sidecar sidecar) {
    this.sidecar = sidecar;
  }

  List<Route> routes() {
    return List.of(
        Route.post("/v1/tasks", Role.OPERATOR, this::submit),
        Route.urgent("/v1/executions/{id}/rollback", Role.OPERATOR, this::rollback),
        Route.get("/v1/executions/{id}/plan", Role.APPROVER, this::plan),
        Route.post("/v1/executions/{id}/approve", Role.APPROVER, call -> word(call, true)),
        Route.post("/v1/executions/{id}/reject", Role.APPROVER, call -> word(call, false)));
  }

  private Reply submit(Received call) throws InterruptedException {
    if (!TaskBody.isJson(call.header().apply("Content-Type"))) {
      return Reply.of(Problems.notJson());
    }
    if (wrongKey(call)) {
      return Reply.of(keyProblem());
    }
    return switch (TaskBody.parse(call.body())) {
      case TaskBody.Read.Bad(Problem problem) -> Reply.of(problem);
      case TaskBody.Read.Good(TaskBody body) ->
          reply(
              sidecar
                  .desk()
                  .submit(
                      Asked.task(body.request(), call.caller().name(), body.manual(), key(call))));
    };
  }

  private Reply rollback(Received call) throws InterruptedException {
    String id = call.path().apply("id");
    if (wrongKey(call)) {
      return Reply.of(keyProblem());
    }
    if (!id.equals(LAST) && isNoChange(id, call.caller().name())) {
      return Reply.of(Problems.notFound("there is no change " + Ids.shown(id)));
    }
    return switch (RollbackBody.parse(call.body())) {
      case RollbackBody.Read.Bad(Problem problem) -> Reply.of(problem);
      case RollbackBody.Read.Good(boolean manual) ->
          reply(sidecar.desk().submit(Asked.back(id, call.caller().name(), manual, key(call))));
    };
  }

  private Reply word(Received call, boolean approves) throws InterruptedException {
    String id = call.path().apply("id");
    if (!Ids.fits(id)) {
      return Reply.of(Problems.notFound("there is no execution " + Ids.shown(id)));
    }
    String who = call.caller().name();
    String plan = approves ? call.query().apply("plan").orElse("") : "";
    var objection = sidecar.objection(id, who, approves, plan);
    if (objection.isPresent()) {
      return Reply.of(problem(id, who, plan, objection.get()));
    }
    if (approves && plan.length() < GatePolicy.SHORTEST_QUOTE) {
      return Reply.of(unquoted(id, who));
    }
    return reply(sidecar.desk().word(id, who, approves, plan));
  }

  /** What an approver reads, and the hash by which it is approved. */
  private Reply plan(Received call) throws InterruptedException {
    String id = call.path().apply("id");
    var held = Ids.fits(id) ? sidecar.heldPlan(id) : Optional.<HeldPlan>empty();
    return held.map(h -> Reply.json(200, Outcomes.document(h)))
        .orElseGet(() -> Reply.of(Problems.notFound(Ids.shown(id) + " isn't held")));
  }

  /** The plan's hash is in none of them: who approves has looked at the plan. */
  private Problem problem(String id, String who, String plan, Objection objection) {
    return switch (objection.kind()) {
      case NO_SUCH_CHANGE -> Problems.notFound(objection.reason());
      case NOT_HELD -> {
        refused(id, who, objection.reason());
        yield Problems.conflict(objection.reason(), "see GET /v1/executions/" + id);
      }
      case MISQUOTED -> {
        refused(id, who, "another plan was quoted than it has");
        yield Problems.conflict(
            "the plan of %s is not %s".formatted(id, Ids.shown(plan)), look(id));
      }
      case UNQUOTED -> unquoted(id, who);
      case NOT_ALLOWED -> {
        refused(id, who, objection.reason());
        sidecar.meters().refused(Refusal.GATE);
        yield Problems.gateRefuses(objection.reason());
      }
    };
  }

  private static Problem unquoted(String id, String who) {
    refused(id, who, "the plan was not quoted");
    return Problems.invalid(
        "query plan",
        "an approval quotes the plan that was read",
        "%s, then add ?plan= with the first %d characters of its hash, or more"
            .formatted(look(id), GatePolicy.SHORTEST_QUOTE));
  }

  private static String look(String id) {
    return "see GET /v1/executions/" + id + "/plan";
  }

  /** What is refused is written here alone: the change's log would need the lead. */
  private static void refused(String id, String who, String reason) {
    LOG.atWarn()
        .addKeyValue("execution", id)
        .addKeyValue("who", who)
        .addKeyValue("reason", reason)
        .log("approval refused");
  }

  private Reply reply(Desk.Answer answer) {
    return switch (answer) {
      case Desk.Answer.Accepted(String execution) -> accepted(execution);
      case Desk.Answer.Repeated(String execution) ->
          accepted(execution).with("Idempotency-Replayed", "true");
      case Desk.Answer.KeyReused(String execution) -> Reply.of(Problems.keyReused(execution));
      case Desk.Answer.Full(int waiting, var retryAfter) -> {
        sidecar.meters().refused(Refusal.QUEUE);
        yield Reply.of(Problems.queueFull(waiting, retryAfter));
      }
      case Desk.Answer.Closed() -> Reply.of(Problems.stopping());
    };
  }

  private static Reply accepted(String execution) {
    String location = "/v1/executions/" + execution;
    var body = new LinkedHashMap<String, Object>();
    body.put("execution_id", execution);
    body.put("location", location);
    body.put("events", location + "/events");
    return Reply.json(202, body).with("Location", location);
  }

  /** Another agent may have carried it out, so the state store is asked, not the logs here. */
  private boolean isNoChange(String id, String who) throws InterruptedException {
    return !Ids.fits(id)
        || sidecar
            .objection(id, who, false, "")
            .filter(o -> o.kind() == Objection.Kind.NO_SUCH_CHANGE)
            .isPresent();
  }

  private static Optional<String> key(Received call) {
    return call.header().apply(KEY);
  }

  private static boolean wrongKey(Received call) {
    return key(call).filter(k -> !KEY_FORM.matcher(k).matches()).isPresent();
  }

  private static Problem keyProblem() {
    return Problems.invalid(
        "header " + KEY, "a key has 1 to 255 visible ASCII characters", "use a UUID");
  }
}
