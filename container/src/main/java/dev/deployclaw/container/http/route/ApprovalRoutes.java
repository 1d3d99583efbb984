package dev.deployclaw.container.http.route;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.DecisionRequestBody;
import dev.deployclaw.container.http.exchange.ExecutionIdFormat;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.ProblemDetail;
import dev.deployclaw.container.intake.ApprovalDecision;
import dev.deployclaw.container.metrics.ServerMetrics.Refusal;
import dev.deployclaw.container.query.HoldDocument;
import dev.deployclaw.container.query.OutcomeDocuments;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.service.ApprovalRefusal;
import dev.deployclaw.core.service.HeldPlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What approvers read of held executions, and their decisions. */
public final class ApprovalRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(ApprovalRoutes.class);

  private final AgentServer server;

  public ApprovalRoutes(AgentServer server) {
    this.server = server;
  }

  public List<ApiRoute> routes() {
    return List.of(
        ApiRoute.get("/v1/executions/{id}/plan", ApiRole.APPROVER, this::plan),
        ApiRoute.get("/v1/executions/{id}/hold", ApiRole.APPROVER, this::hold),
        ApiRoute.post("/v1/executions/{id}/approve", ApiRole.APPROVER, call -> word(call, true)),
        ApiRoute.post("/v1/executions/{id}/reject", ApiRole.APPROVER, call -> word(call, false)));
  }

  private ApiResponse word(ApiRequest call, boolean approves) throws InterruptedException {
    String id = call.path().apply("id");
    if (!ExecutionIdFormat.fits(id)) {
      return ApiResponse.of(
          ProblemCatalogue.notFound("there is no execution " + ExecutionIdFormat.shown(id)));
    }
    String who = call.caller().name();
    String plan = approves ? call.query().apply("plan").orElse("") : "";
    var objection = server.objection(id, who, approves, plan);
    if (objection.isPresent()) {
      return ApiResponse.of(problem(id, who, plan, objection.get()));
    }
    if (approves && plan.length() < GatePolicy.SHORTEST_QUOTE) {
      return ApiResponse.of(unquoted(id, who));
    }
    var shown = call.query().apply("shown");
    if (shown.isPresent() && !server.heldPlan(id).map(HoldDocument::shown).equals(shown)) {
      refused(id, who, "what was shown differs from what is held");
      return ApiResponse.of(ProblemCatalogue.stale(id));
    }
    return switch (DecisionRequestBody.parse(call.body())) {
      case DecisionRequestBody.Read.Bad(ProblemDetail problem) -> ApiResponse.of(problem);
      case DecisionRequestBody.Read.Good(String reason) ->
          TaskRoutes.reply(
              server.intake().decide(new ApprovalDecision(id, who, approves, plan, reason)),
              server);
    };
  }

  /** What an approver reads, and the hash by which it is approved. */
  private ApiResponse plan(ApiRequest call) throws InterruptedException {
    String id = call.path().apply("id");
    var held = ExecutionIdFormat.fits(id) ? server.heldPlan(id) : Optional.<HeldPlan>empty();
    return held.map(h -> ApiResponse.json(200, OutcomeDocuments.document(h)))
        .orElseGet(() ->
            ApiResponse.of(ProblemCatalogue.notFound(ExecutionIdFormat.shown(id) + " isn't held")));
  }

  /** The same with all that an approval rests on, and whether this caller may give it. */
  private ApiResponse hold(ApiRequest call) throws InterruptedException {
    String id = call.path().apply("id");
    var held = ExecutionIdFormat.fits(id) ? server.heldPlan(id) : Optional.<HeldPlan>empty();
    if (held.isEmpty()) {
      return ApiResponse.of(ProblemCatalogue.notFound(ExecutionIdFormat.shown(id) + " isn't held"));
    }
    var out = new LinkedHashMap<>(HoldDocument.of(held.get()));
    String plan = held.get().waiting().planHash();
    server
        .objection(id, call.caller().name(), true, plan)
        .map(ApprovalRefusal::reason)
        .ifPresent(reason -> out.put("refusal", reason));
    return ApiResponse.json(200, out);
  }

  /** The plan's hash is in none of them: who approves has looked at the plan. */
  private ProblemDetail problem(String id, String who, String plan, ApprovalRefusal objection) {
    return switch (objection.kind()) {
      case NO_SUCH_CHANGE -> ProblemCatalogue.notFound(objection.reason());
      case NOT_HELD -> {
        refused(id, who, objection.reason());
        yield ProblemCatalogue.conflict(objection.reason(), "see GET /v1/executions/" + id);
      }
      case MISQUOTED -> {
        refused(id, who, "the quoted plan differs from its plan");
        yield ProblemCatalogue.conflict(
            "the plan of %s is not %s".formatted(id, ExecutionIdFormat.shown(plan)), look(id));
      }
      case UNQUOTED -> unquoted(id, who);
      case NOT_ALLOWED -> {
        refused(id, who, objection.reason());
        server.metrics().refused(Refusal.GATE);
        yield ProblemCatalogue.gateRefuses(objection.reason());
      }
    };
  }

  private static ProblemDetail unquoted(String id, String who) {
    refused(id, who, "the plan was not quoted");
    return ProblemCatalogue.invalid(
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
}
