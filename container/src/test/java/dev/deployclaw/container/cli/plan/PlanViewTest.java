package dev.deployclaw.container.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.AnswerFixtures;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.query.PlanDocument;
import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.finding.PolicyFinding;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PlanViewTest {
  private final CommandLineFixture screen = new CommandLineFixture(Path.of(""));
  private final PlanView view = new PlanView(screen.surroundings());

  @Test
  void documentsAPlan() {
    int exit = view.show(planned(), true);

    var plan = screen.json();
    assertThat(exit).isZero();
    assertThat(plan.get("outcome").asText()).isEqualTo("planned");
    assertThat(plan.at("/intent/operation").asText()).isEqualTo("apply-policies");
    assertThat(plan.at("/grounding/0/rule").asText()).isEqualTo("operation");
    assertThat(plan.at("/plan/hash").asText()).hasSize(64);
    assertThat(plan.at("/plan/base/epoch").asLong()).isEqualTo(3);
    assertThat(plan.at("/plan/steps/0/action").asText()).startsWith("Applying");
    assertThat(plan.at("/skill/name").asText()).isEqualTo("my-changes");
    assertThat(plan.at("/skill/allowance/granted/0").asText()).isEqualTo("change.stage");
    assertThat(plan.at("/skill/allowance/refused/docker.exec").asText()).startsWith("no executor");
    assertThat(plan.at("/diff/0/before").asText()).isEqualTo("300");
    assertThat(plan.at("/diff/0/after").asText()).isEqualTo("600");
    assertThat(plan.at("/blast_radius/tenants/0").asText()).isEqualTo("umbrella");
    assertThat(plan.at("/findings/0/remedy").asText()).isEqualTo("remove it");
    assertThat(plan.at("/warnings/0").asText()).contains("acme");
    assertThat(plan.at("/overlays/added/umbrella").asText())
        .isEqualTo("configmap/edge/limits:umbrella.yaml");
    assertThat(plan.at("/overlays/removed/0/reason").asText()).contains("double acme's");
    assertThat(plan.at("/risks/0").asText()).isEqualTo("it asks for approval");
  }

  @Test
  void tellsPeopleWhatWouldChangeAndWhom() {
    view.show(planned(), false);

    assertThat(screen.out())
        .contains("umbrella search: requests 300 -> 600")
        .contains(
            "by skill my-changes: declared 2, granted 1: docker.exec: no executor here "
                + "performs it\n")
        .contains("1 tenant: umbrella", "1 service: search")
        .contains("findings:\n  umbrella/search: it never refuses anything; remove it")
        .doesNotContain("about other tenants")
        .contains("would override its source:\n  umbrella: configmap/edge/limits:umbrella.yaml")
        .contains("would end these overlays:\n  acme: \"double acme's search limit\", asked by")
        .contains("it asks for approval");
  }

  @Test
  void foldsWhatIsAboutOtherTenants() {
    var p = AnswerFixtures.plan();
    var own = AnswerFixtures.FINDING;
    var other =
        new PolicyFinding(
            own.severity(),
            own.check(),
            Optional.of("cyberdyne"),
            Optional.empty(),
            "two limits contradict each other",
            "remove one",
            new TreeMap<>());
    var plan =
        new ChangePlan(
            p.intent(),
            p.base(),
            p.target(),
            p.targetDigest(),
            p.steps(),
            p.diff(),
            List.of(other, own),
            p.warnings(),
            p.overlays(),
            p.rollout());

    view.show(
        new PlanPreviewReport.Planned(plan, List.of(), List.of(), AnswerFixtures.PROCEDURE), false);

    assertThat(screen.out())
        .contains("remove it\n  1 about other tenants: deployclaw validate")
        .doesNotContain("contradict each other");
  }

  @Test
  void tellsTheZoneOfTimesThatNameNone() {
    var start = Optional.of("2026-12-01T09:00:00+01:00");
    var intent =
        new Intent(
            TaskOperation.SNAPSHOT,
            Optional.empty(),
            List.of(),
            Intent.Guards.NONE,
            new Intent.Schedule(start, Optional.empty(), Optional.empty()),
            List.of());
    new PlanView(screen.surroundings(), ZoneId.of("Europe/Berlin"))
        .show(new PlanPreviewReport.Understood(intent, List.of()), false);

    assertThat(screen.out())
        .contains("begins 2026-12-01T09:00:00+01:00\n  a time without a zone is in Europe/Berlin");
  }

  @Test
  void documentsAQuestionAndARefusal() {
    var question =
        PlanDocument.of(PlanPreviewReport.NeedsClarification.of(List.of("Which limit?")));
    var refusal = PlanDocument.of(new PlanPreviewReport.Refused(ExitCode.REFUSED, "out of scope"));

    assertThat(question)
        .containsEntry("outcome", "needs-clarification")
        .containsEntry("questions", List.of("Which limit?"))
        .containsEntry(
            "clarifications",
            List.of(
                Map.of(
                    "id",
                    "unclear",
                    "text",
                    "Which limit?",
                    "slot",
                    "words",
                    "choices",
                    List.of())));
    assertThat(refusal).isEqualTo(Map.of("outcome", "refused", "reason", "out of scope"));
  }

  @Test
  void exitsAsTheAnswerSays() {
    assertThat(view.show(PlanPreviewReport.NeedsClarification.of(List.of("Which?")), true))
        .isEqualTo(3);
    assertThat(view.show(new PlanPreviewReport.Refused(ExitCode.INVALID, "bad"), false))
        .isEqualTo(8);
  }

  private static PlanPreviewReport planned() {
    return new PlanPreviewReport.Planned(
        AnswerFixtures.plan(),
        List.of(),
        List.of("it asks for approval"),
        AnswerFixtures.PROCEDURE);
  }
}
