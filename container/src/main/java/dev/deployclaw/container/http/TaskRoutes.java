package dev.deployclaw.container.http;

import dev.deployclaw.container.config.Role;
import dev.deployclaw.container.serve.Asked;
import dev.deployclaw.container.serve.Desk;
import dev.deployclaw.container.serve.Meters.Refusal;
import dev.deployclaw.container.serve.Sidecar;
import dev.deployclaw.core.runtime.Objection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What hands something in: tasks, ways back, and people's words on held changes. */
final class TaskRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRoutes.class);
  private static final String KEY = "Idempotency-Key";

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
        Route.post("/v1/executions/{id}/rollback", Role.OPERATOR, this::rollback),
        Route.post("/v1/executions/{id}/approve", Role.APPROVER, call -> word(call, true)),
        Route.post("/v1/executions/{id}/reject", Role.APPROVER, call -> word(call, false)));
  }

  private Reply submit(Received call) throws InterruptedException {
    var type = call.header().apply("Content-Type").orElse("");
    if (!type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
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
    return objection.isEmpty()
        ? reply(sidecar.desk().word(id, who, approves, plan))
        : Reply.of(problem(id, who, plan, objection.get()));
  }

  private Problem problem(String id, String who, String plan, Objection objection) {
    String look = "see GET /v1/executions/" + id;
    return switch (objection.kind()) {
      case NO_SUCH_CHANGE -> Problems.notFound(objection.reason());
      case NOT_HELD -> {
        refused(id, who, objection.reason());
        yield Problems.conflict(objection.reason(), look);
      }
      case MISQUOTED -> {
        refused(id, who, "another plan was quoted than it has");
        yield Problems.conflict(objection.reason(), look);
      }
      case UNQUOTED -> {
        refused(id, who, "the plan was not quoted");
        yield Problems.invalid("query plan", objection.reason(), look + ", then add ?plan=HASH");
      }
      case NOT_ALLOWED -> refusedByGate(id, who, plan, objection);
    };
  }

  /** What is ended, or wasn't quoted rightly, is in no log of a change. */
  private static void refused(String id, String who, String reason) {
    LOG.atWarn()
        .addKeyValue("execution", id)
        .addKeyValue("who", who)
        .addKeyValue("reason", reason)
        .log("approval refused");
  }

  /** It is handed in all the same: the worker refuses it again, and the log says who tried. */
  private Problem refusedByGate(String id, String who, String plan, Objection objection) {
    sidecar.meters().refused(Refusal.GATE);
    var _ = sidecar.desk().word(id, who, true, plan);
    return Problems.gateRefuses(objection.reason());
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
