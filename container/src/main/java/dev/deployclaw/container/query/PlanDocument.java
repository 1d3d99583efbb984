package dev.deployclaw.container.query;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.IntentJson;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.policy.finding.PolicyFinding;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a request would do, for JSON. */
public final class PlanDocument {
  private PlanDocument() {}

  /** As {@code plan --json} prints it. */
  public static Map<String, Object> of(PlanPreviewReport answer) {
    var out = new LinkedHashMap<String, Object>();
    switch (answer) {
      case PlanPreviewReport.Planned planned -> planned(planned, out);
      case PlanPreviewReport.Understood(var intent, var risks) -> {
        out.put("outcome", "planned");
        out.put("intent", IntentJson.of(intent));
        out.put("grounding", IntentJson.grounding(intent));
        if (!risks.isEmpty()) {
          out.put("risks", risks);
        }
      }
      case PlanPreviewReport.Inquiry(var question) -> {
        out.put("outcome", "question");
        out.put("topic", question.topic().word());
        out.put("arguments", question.arguments());
      }
      case PlanPreviewReport.NeedsClarification unclear -> {
        out.put("outcome", "needs-clarification");
        out.put("questions", unclear.texts());
        out.put(
            "clarifications",
            unclear.questions().stream().map(ClarificationQuestion::toMap).toList());
      }
      case PlanPreviewReport.Refused(var _, String reason) -> {
        out.put("outcome", "refused");
        out.put("reason", reason);
      }
    }
    return out;
  }

  private static void planned(PlanPreviewReport.Planned planned, Map<String, Object> out) {
    var plan = planned.plan();
    out.put("outcome", "planned");
    out.put("intent", IntentJson.of(plan.intent()));
    out.put("grounding", IntentJson.grounding(plan.intent()));
    out.put("plan", plan.toMap());
    out.put("skill", skill(planned.procedure()));
    out.put("diff", plan.diff().toMaps());
    out.put("blast_radius", plan.diff().blastRadius().toMap());
    out.put("findings", plan.findings().stream().map(PolicyFinding::toMap).toList());
    out.put("warnings", plan.warnings());
    out.put("overlays", plan.overlays().toMap());
    out.put("risks", planned.risks());
  }

  private static Map<String, Object> skill(Procedure procedure) {
    var out = new LinkedHashMap<String, Object>();
    out.put("name", procedure.skill());
    out.put("sha256", procedure.sha256());
    out.put("allowance", procedure.allowance().toMap());
    return out;
  }
}
