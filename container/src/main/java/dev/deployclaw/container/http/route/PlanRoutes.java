package dev.deployclaw.container.http.route;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.secret.TypedText;
import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.RequestBody;
import dev.deployclaw.container.query.PlanDocument;
import dev.deployclaw.container.query.RequestImpact;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.container.traffic.RecentTraffic;
import dev.deployclaw.core.environment.InterruptibleFunction;
import dev.deployclaw.core.language.IntentSentence;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.task.Conversation;
import dev.deployclaw.core.task.TaskRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a request would do: nothing is written, and no execution begins. */
public final class PlanRoutes {
  private final AgentServer server;
  private final RequestImpact impact;

  public PlanRoutes(AgentServer server) {
    this.server = server;
    var resources = server.resources();
    var traffic = new RecentTraffic(resources.accessLogs(), resources.ports().time());
    this.impact = new RequestImpact(server.tenants(), traffic);
  }

  public List<ApiRoute> routes() {
    return List.of(
        ApiRoute.post("/v1/plans", ApiRole.VIEWER, call -> planned(call, PlanRoutes::document)),
        ApiRoute.post("/v1/impact", ApiRole.VIEWER, call -> planned(call, this::impact)));
  }

  private ApiResponse planned(
      ApiRequest call, InterruptibleFunction<PlanPreviewReport, Map<String, Object>> answer)
      throws InterruptedException {
    var report = server.changes().plan(request(call));
    return report instanceof PlanPreviewReport.Refused(ExitCode exit, String reason)
            && exit == ExitCode.UNREACHABLE
        ? ApiResponse.of(ProblemCatalogue.unreachable(reason))
        : ApiResponse.json(200, answer.apply(report));
  }

  private TaskRequest request(ApiRequest call) throws InterruptedException {
    var body = RequestBody.plan(call);
    var text = TypedText.of(body.text("request"));
    var before = body.answers().map(Conversation::answering).orElse(Conversation.NONE);
    String masked = text.masked(server.resources().mask());
    return new TaskRequest(masked, call.caller().name(), server.now()).after(before);
  }

  private Map<String, Object> impact(PlanPreviewReport report) throws InterruptedException {
    return report instanceof PlanPreviewReport.Planned planned
        ? impact.of(planned)
        : document(report);
  }

  static Map<String, Object> document(PlanPreviewReport report) {
    var out = new LinkedHashMap<>(PlanDocument.of(report));
    switch (report) {
      case PlanPreviewReport.Planned planned -> {
        out.put("sentence", IntentSentence.shown(planned.plan().intent()));
        out.put("changes_nothing", planned.plan().changesNothing());
      }
      case PlanPreviewReport.Understood(var intent, var _) ->
          out.put("sentence", IntentSentence.shown(intent));
      case PlanPreviewReport.Inquiry _,
          PlanPreviewReport.NeedsClarification _,
          PlanPreviewReport.Refused _ -> {}
    }
    return out;
  }
}
