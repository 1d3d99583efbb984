package dev.deployclaw.container.http.route;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.secret.TypedText;
import dev.deployclaw.container.draft.DraftStore;
import dev.deployclaw.container.draft.RequestDraft;
import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ExecutionIdFormat;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.RequestBody;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.core.language.IntentSentence;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.task.TaskRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests that a caller keeps for later. Only the caller sees them. */
public record DraftRoutes(AgentServer server) {
  private static final String ONLY_PLANS =
      "plan it first; only a request with a plan can be a draft";

  public List<ApiRoute> routes() {
    return List.of(
        ApiRoute.get("/v1/drafts", ApiRole.OPERATOR, this::list),
        ApiRoute.post("/v1/drafts", ApiRole.OPERATOR, this::save),
        ApiRoute.get("/v1/drafts/{id}", ApiRole.OPERATOR, this::open),
        ApiRoute.post("/v1/drafts/{id}/discard", ApiRole.OPERATOR, this::discard));
  }

  private ApiResponse list(ApiRequest call) throws InterruptedException {
    var own = drafts().of(call.caller().name()).stream().map(RequestDraft::toMap).toList();
    return ApiResponse.json(200, Map.of("drafts", own, "most", DraftStore.MOST_DRAFTS));
  }

  private ApiResponse save(ApiRequest call) throws InterruptedException {
    var body = RequestBody.plan(call);
    var request = TypedText.of(body.text("request"));
    return body.answers().isPresent()
        ? ApiResponse.of(
            ProblemCatalogue.invalid(
                "body.answers", "an answer can't be a draft", "send the whole request"))
        : save(call.caller().name(), request.masked(server.resources().mask()));
  }

  private ApiResponse save(String who, String request) throws InterruptedException {
    return switch (plan(who, request)) {
      case PlanPreviewReport.Planned planned -> {
        var plan = planned.plan();
        yield kept(drafts().save(who, request, plan, IntentSentence.of(plan.intent())));
      }
      case PlanPreviewReport.Refused(ExitCode exit, String reason)
          when exit == ExitCode.UNREACHABLE ->
          ApiResponse.of(ProblemCatalogue.unreachable(reason));
      case PlanPreviewReport.Refused(var _, String reason) -> noPlan(reason);
      case PlanPreviewReport.Understood _,
          PlanPreviewReport.Inquiry _,
          PlanPreviewReport.NeedsClarification _ ->
          noPlan("the request has no plan");
    };
  }

  private static ApiResponse noPlan(String reason) {
    return ApiResponse.of(ProblemCatalogue.conflict(reason, ONLY_PLANS));
  }

  private static ApiResponse kept(DraftStore.Outcome outcome) {
    return switch (outcome) {
      case DraftStore.Outcome.Kept(RequestDraft draft) -> ApiResponse.json(200, draft.toMap());
      case DraftStore.Outcome.Full(String reason) ->
          ApiResponse.of(ProblemCatalogue.conflict(reason, "discard one"));
      case DraftStore.Outcome.Unknown(String reason) ->
          ApiResponse.of(ProblemCatalogue.unknownOutcome(reason));
    };
  }

  /** With what it would do now, and whether that is what it would have done. */
  private ApiResponse open(ApiRequest call) throws InterruptedException {
    String who = call.caller().name();
    var draft = drafts().find(who, call.path().apply("id"));
    if (draft.isEmpty()) {
      return unknown(call);
    }
    var report = plan(who, draft.get().request());
    if (report instanceof PlanPreviewReport.Refused(ExitCode exit, String reason)
        && exit == ExitCode.UNREACHABLE) {
      return ApiResponse.of(ProblemCatalogue.unreachable(reason));
    }
    var out = new LinkedHashMap<String, Object>();
    out.put("draft", draft.get().toMap());
    out.put("changed", changed(draft.get(), report));
    out.put("plan", PlanRoutes.document(report));
    return ApiResponse.json(200, out);
  }

  private static String changed(RequestDraft draft, PlanPreviewReport report) {
    if (!(report instanceof PlanPreviewReport.Planned planned)) {
      return "no-plan";
    }
    var plan = planned.plan();
    if (plan.hash().equals(draft.plan())) {
      return "nothing";
    }
    return DraftStore.changes(plan).equals(draft.changes()) ? "base" : "changes";
  }

  private ApiResponse discard(ApiRequest call) throws InterruptedException {
    String who = call.caller().name(), id = call.path().apply("id");
    if (drafts().find(who, id).isEmpty()) {
      return unknown(call);
    }
    String unknown = drafts().discard(who, id);
    return unknown.isEmpty()
        ? ApiResponse.json(200, Map.of("discarded", true))
        : ApiResponse.of(ProblemCatalogue.unknownOutcome(unknown));
  }

  private static ApiResponse unknown(ApiRequest call) {
    String id = ExecutionIdFormat.shown(call.path().apply("id"));
    return ApiResponse.of(ProblemCatalogue.notFound("you have no draft " + id));
  }

  private PlanPreviewReport plan(String who, String request) throws InterruptedException {
    return server.changes().plan(new TaskRequest(request, who, server.now()));
  }

  private DraftStore drafts() {
    var ports = server.resources().ports();
    return new DraftStore(ports.state(), ports.time());
  }
}
