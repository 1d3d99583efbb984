package dev.deployclaw.container.http.route;

import dev.deployclaw.container.approval.DecisionRuling;
import dev.deployclaw.container.approval.HoldVote;
import dev.deployclaw.container.approval.platform.SlackCallback;
import dev.deployclaw.container.approval.platform.TeamsCallback;
import dev.deployclaw.container.approval.platform.WebhookCallback;
import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.http.access.RequestAuthorizer;
import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ExecutionIdFormat;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.ProblemDetail;
import dev.deployclaw.container.http.exchange.RequestBody;
import dev.deployclaw.container.http.session.SessionAuthenticator;
import dev.deployclaw.container.intake.ApprovalDecision;
import dev.deployclaw.container.metrics.ServerMetrics.Refusal;
import dev.deployclaw.container.notification.BodySignature;
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

/**
 * What approvers read of held executions, and their decisions.
 *
 * @param guard which counts and logs signed calls that it refuses
 */
public record ApprovalRoutes(AgentServer server, RequestAuthorizer guard) {
  private static final Logger LOG = LoggerFactory.getLogger(ApprovalRoutes.class);

  public List<ApiRoute> routes() {
    return List.of(
        ApiRoute.get("/v1/executions/{id}/plan", ApiRole.APPROVER, this::plan),
        ApiRoute.get("/v1/executions/{id}/hold", ApiRole.APPROVER, this::hold),
        ApiRoute.post("/v1/executions/{id}/approve", ApiRole.APPROVER, call -> word(call, true)),
        ApiRoute.post("/v1/executions/{id}/reject", ApiRole.APPROVER, call -> word(call, false)),
        ApiRoute.signed("/v1/approvals/{channel}/slack", this::slack),
        ApiRoute.signed("/v1/approvals/{channel}/teams", this::teams),
        ApiRoute.signed("/v1/approvals/{channel}/decisions", this::webhook));
  }

  private ApiResponse word(ApiRequest call, boolean approves) throws InterruptedException {
    String id = call.path().apply("id");
    if (!ExecutionIdFormat.fits(id)) {
      return ApiResponse.of(ProblemCatalogue.noExecution(id));
    }
    String who = call.caller().name();
    String plan = approves ? call.query().apply("plan").orElse("") : "";
    String place =
        call.header().apply(SessionAuthenticator.CSRF).isPresent() ? "the console" : "the API";
    var reason = RequestBody.decision(call.body()).reason();
    String words = reason.masked(server.resources().mask());
    var decision = new ApprovalDecision(id, who, approves, plan, words);
    var vote = new HoldVote(decision, call.query().apply("shown"), place);
    return reply(decision, server.approvals().decide(vote));
  }

  /** What is refused is written here alone: the change's log would need the lead. */
  private ApiResponse reply(ApprovalDecision decision, DecisionRuling ruling) {
    String id = decision.execution();
    String who = decision.who();
    return switch (ruling) {
      case DecisionRuling.Queued(var place) -> TaskRoutes.reply(place, server);
      case DecisionRuling.Refused(var objection) ->
          ApiResponse.of(problem(id, who, decision.plan(), objection));
      case DecisionRuling.Unquoted() -> ApiResponse.of(unquoted(id, who));
      case DecisionRuling.Stale() -> {
        refused(id, who, "the shown plan differs from the held plan");
        yield ApiResponse.of(ProblemCatalogue.stale(id));
      }
      case DecisionRuling.Expired() -> {
        refused(id, who, "the time to decide is over");
        yield ApiResponse.of(
            ProblemCatalogue.conflict("the time to decide is over", "ask for the change again"));
      }
    };
  }

  /** Slack's own words are 200 and an empty body; it shows who clicked that any other failed. */
  private ApiResponse slack(ApiRequest call) {
    var callback = server.channels().slack(call.path().apply("channel"));
    if (callback.isEmpty()) {
      return ApiResponse.of(ProblemCatalogue.notFound("there is no such channel of Slack"));
    }
    var taken =
        callback
            .get()
            .receive(
                call.header().apply("X-Slack-Request-Timestamp").orElse(""),
                call.header().apply("X-Slack-Signature").orElse(""),
                call.body(),
                server.approvals());
    return switch (taken) {
      case SlackCallback.Acknowledgement.Taken() -> ApiResponse.text("text/plain", "");
      case SlackCallback.Acknowledgement.Unproved(String why) -> unproved(why, call);
      case SlackCallback.Acknowledgement.Malformed() -> noClick();
      case SlackCallback.Acknowledgement.Busy() ->
          ApiResponse.of(ProblemCatalogue.busy("too many clicks are being judged"));
    };
  }

  private ApiResponse teams(ApiRequest call) throws InterruptedException {
    var callback = server.channels().teams(call.path().apply("channel"));
    if (callback.isEmpty()) {
      return ApiResponse.of(ProblemCatalogue.notFound("there is no such channel of Teams"));
    }
    String token = call.header().apply("Authorization").orElse("");
    return switch (callback.get().receive(token, call.body(), server.approvals())) {
      case TeamsCallback.Answer.Said(var fields) -> ApiResponse.json(200, fields);
      case TeamsCallback.Answer.Unproved(String why) -> unproved(why, call);
      case TeamsCallback.Answer.Undecided(String why) ->
          ApiResponse.of(ProblemCatalogue.undecided(why));
      case TeamsCallback.Answer.Malformed() -> noClick();
    };
  }

  private static ApiResponse noClick() {
    return ApiResponse.of(
        ProblemCatalogue.invalid(
            "body",
            "body isn't a click on one of the agent's buttons",
            "see docs/tasks/approve-in-chat.md"));
  }

  private ApiResponse webhook(ApiRequest call) throws InterruptedException {
    var callback = server.channels().webhook(call.path().apply("channel"));
    if (callback.isEmpty()) {
      return ApiResponse.of(ProblemCatalogue.notFound("there is no such channel of a webhook"));
    }
    String signature = call.header().apply(BodySignature.HEADER).orElse("");
    return switch (callback.get().receive(signature, call.body(), server.resources().mask())) {
      case WebhookCallback.Received.Vote(HoldVote vote) ->
          card(vote.decision(), callback.get().decide(vote, signature, server.approvals()));
      case WebhookCallback.Received.Unproved(String why) -> unproved(why, call);
      case WebhookCallback.Received.Stranger() -> ApiResponse.of(ProblemCatalogue.stranger());
      case WebhookCallback.Received.Malformed(String field, String why) -> {
        String place = field.isEmpty() ? "body" : "body." + field;
        yield ApiResponse.of(
            ProblemCatalogue.invalid(
                place, place + " " + why, "see docs/tasks/approve-in-chat.md"));
      }
    };
  }

  /** Who decides by a card may read nothing but cards. */
  private ApiResponse card(ApprovalDecision decision, DecisionRuling ruling) {
    var response = reply(decision, ruling);
    return ruling instanceof DecisionRuling.Stale
        ? ApiResponse.of(ProblemCatalogue.staleCard(decision.execution()))
        : response;
  }

  private ApiResponse unproved(String why, ApiRequest call) {
    guard.signInRefused("signature", why, call.from());
    return ApiResponse.of(ProblemCatalogue.unproved(why));
  }

  /** What an approver reads, and the hash by which it is approved. */
  private ApiResponse plan(ApiRequest call) throws InterruptedException {
    String id = call.path().apply("id");
    return held(id)
        .map(h -> ApiResponse.json(200, OutcomeDocuments.document(h)))
        .orElseGet(() -> notHeld(id));
  }

  private Optional<HeldPlan> held(String id) throws InterruptedException {
    return ExecutionIdFormat.fits(id) ? server.approvals().heldPlan(id) : Optional.empty();
  }

  private static ApiResponse notHeld(String id) {
    return ApiResponse.of(ProblemCatalogue.notFound(ExecutionIdFormat.shown(id) + " isn't held"));
  }

  /** The same with all that an approval rests on, and whether this caller may give it. */
  private ApiResponse hold(ApiRequest call) throws InterruptedException {
    String id = call.path().apply("id");
    var held = held(id);
    if (held.isEmpty()) {
      return notHeld(id);
    }
    var out = new LinkedHashMap<>(HoldDocument.of(held.get()));
    String plan = held.get().waiting().planHash();
    server
        .approvals()
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

  private static void refused(String id, String who, String reason) {
    LOG.atWarn()
        .addKeyValue("execution", id)
        .addKeyValue("who", who)
        .addKeyValue("reason", reason)
        .log("approval refused");
  }
}
