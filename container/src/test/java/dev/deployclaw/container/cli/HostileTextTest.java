package dev.deployclaw.container.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.journal.StreamDiff.Compared;
import dev.deployclaw.audit.signing.LogCopyVerifier.Copy;
import dev.deployclaw.audit.stream.RecordDifference;
import dev.deployclaw.container.cli.audit.LogCopiesView;
import dev.deployclaw.container.cli.audit.StreamDiffView;
import dev.deployclaw.container.cli.change.CheckpointCommand.CheckpointView;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.console.FailureExplanationView;
import dev.deployclaw.container.cli.console.ProgressView;
import dev.deployclaw.container.cli.look.AnswerView;
import dev.deployclaw.container.cli.look.HistoryView;
import dev.deployclaw.container.cli.look.StatusView;
import dev.deployclaw.container.cli.look.TopView;
import dev.deployclaw.container.cli.plan.PlanView;
import dev.deployclaw.container.cli.session.RecoveryView;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.query.EstateAnswer;
import dev.deployclaw.core.query.LimitUsageReport;
import dev.deployclaw.core.query.LimitUsageReport.Use;
import dev.deployclaw.core.query.TenantHistoryReport;
import dev.deployclaw.core.query.TenantHistoryReport.Changed;
import dev.deployclaw.core.recovery.RecoveryReport;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.rollback.CheckpointReport;
import dev.deployclaw.core.rollback.CheckpointReport.Member;
import dev.deployclaw.core.schedule.ScheduleReport;
import dev.deployclaw.policy.diff.FieldDifference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever stands in a log, a document, a cluster's answer or a request: a terminal prints it. */
class HostileTextTest {
  private static final String EVIL =
      "x\n\u001b[1A\u001b[2Kit is unchanged\u001b[8m \u009b2J \u202e\u2066 \u2028 \r\u0007y";

  private static final Pattern HARMLESS =
      Pattern.compile(
          "[\\P{Cntrl}\n&&[^\\u0080-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]]*");

  /** What prints a document for programs, a page, or a text that was made harmless by line. */
  private static final Set<String> OTHERS =
      Set.of(
          "AgentSession.java",
          "AuditCommand.java",
          "CommandEnvironment.java",
          "CompletionCommand.java",
          "ExecutionChainView.java",
          "LogCommand.java",
          "NarrationView.java",
          "ProgressView.java",
          "TopCommand.java");

  private static final Pattern PRINTING =
      Pattern.compile(
          "\\b(?:out|err)\\(\\)\\s*(?:\\.|::)\\s*print\\w*(?!\\(\\s*JsonOutput\\.)(?!\\w)");

  private static final Map<String, BiConsumer<CommandEnvironment, String>> VIEWS = views();

  static Stream<String> shown() {
    return VIEWS.keySet().stream();
  }

  private static Map<String, BiConsumer<CommandEnvironment, String>> views() {
    var out = new LinkedHashMap<String, BiConsumer<CommandEnvironment, String>>();
    out.put("ending", (s, t) -> new FailureExplanationView(s).tell(ended(t), Optional.empty()));
    out.put(
        "recovery",
        (s, t) ->
            new RecoveryView(s)
                .show(new RecoveryReport(ExitCode.FAILED, List.of(ended(t)), t), false));
    out.put("answer", (s, t) -> new AnswerView(s).show(answer(t), false));
    out.put(
        "no answer",
        (s, t) -> new AnswerView(s).show(EstateAnswer.unreachable(question(t), t), false));
    out.put("history", (s, t) -> new HistoryView(s).show(t, history(t), false));
    out.put(
        "no history",
        (s, t) ->
            new HistoryView(s)
                .show(
                    t, new TenantHistoryReport(ExitCode.UNREACHABLE, t, List.of(), false), false));
    out.put(
        "checkpoint",
        (s, t) ->
            new CheckpointView(s)
                .show(
                    new CheckpointReport(
                        ExitCode.OK, "", t, Map.of(t, t), t, List.of(new Member(t, "restore", t))),
                    false));
    out.put(
        "status",
        (s, t) -> new StatusView(s).show(status(t), StatusView.RelatedState.NOTHING, false));
    out.put(
        "refusal",
        (s, t) -> new PlanView(s).show(new PlanPreviewReport.Refused(ExitCode.REFUSED, t), false));
    out.put(
        "question",
        (s, t) ->
            new PlanView(s).show(PlanPreviewReport.NeedsClarification.of(List.of(t, t)), false));
    out.put("usage", (s, t) -> new TopView(s, TopView.Order.USED, 9).show(usage(t)));
    out.put("stream", (s, t) -> streamed(t).show(s, false));
    out.put(
        "copies",
        (s, t) -> new LogCopiesView(Map.of(t, new Copy.Wrong(List.of(t)))).show(s, false));
    out.put("progress", (s, t) -> new ProgressView(s).thought(amiss(t)));
    return out;
  }

  @ParameterizedTest
  @MethodSource("shown")
  void isPrintedAndNotObeyed(String view) {
    var plain = new CommandLineFixture(Path.of(""));
    var evil = new CommandLineFixture(Path.of(""));
    var show = Objects.requireNonNull(VIEWS.get(view));

    show.accept(plain.surroundings(), "x y");
    show.accept(evil.surroundings(), EVIL);

    assertThat(evil.out() + evil.err()).contains("it is unchanged").matches(HARMLESS);
    assertThat(evil.out().lines().count()).isEqualTo(plain.out().lines().count());
    assertThat(evil.err().lines().count()).isEqualTo(plain.err().lines().count());
  }

  @Test
  void severalReasonsHaveALineEachThatIsOurs() {
    var screen = new CommandLineFixture(Path.of(""));

    CommandFailure.usage("one: wrong\ntwo: " + EVIL).report(screen.surroundings(), false);

    assertThat(screen.err()).matches(HARMLESS);
    assertThat(screen.err().lines()).allMatch(line -> line.startsWith("deployclaw: "));
  }

  /** So that a new view can't forget it. */
  @Test
  void whatIsPrintedIsSaidOrIsADocument() throws IOException {
    List<String> found = new ArrayList<>();
    var folder = Path.of("src/main/java/dev/deployclaw/container/cli");

    try (var files = Files.walk(folder)) {
      var others = files.filter(f -> !OTHERS.contains(f.getFileName().toString()));
      for (Path file : others.filter(Files::isRegularFile).toList()) {
        PRINTING
            .matcher(Files.readString(file))
            .results()
            .forEach(m -> found.add(file.getFileName() + ": " + m.group()));
      }
    }

    assertThat(found).containsExactly("ServeCommand.java: out()\n        .println");
  }

  private static RequestOutcome ended(String t) {
    return new RequestOutcome(
        t,
        ExecutionStatus.FAILED,
        ExitCode.FAILED,
        t,
        Optional.empty(),
        List.of(),
        Optional.empty());
  }

  private static EstateAnswer answer(String t) {
    var statement = new EstateAnswer.Statement(t, Map.of(t, t));
    return EstateAnswer.of(question(t), List.of(statement), List.of(t));
  }

  private static EstateQuestion question(String t) {
    return new EstateQuestion(
        EstateQuestion.Topic.LIMITS, EstateQuestion.Scope.of(List.of(t), Optional.of(t)));
  }

  private static TenantHistoryReport history(String t) {
    var difference =
        new FieldDifference(Optional.of(t), Optional.of(t), t, Optional.of(t), Optional.of(t));
    var changed =
        new Changed(
            1,
            t,
            Optional.of(t),
            t,
            Optional.of(t),
            ExecutionStatus.COMPLETED,
            List.of(difference),
            "");
    var unknown =
        new Changed(
            1, t, Optional.of(t), t, Optional.of(t), ExecutionStatus.COMPLETED, List.of(), t);
    return new TenantHistoryReport(ExitCode.OK, "", List.of(changed, unknown), false);
  }

  private static AgentStatusReport status(String t) {
    return new AgentStatusReport(
        ExitCode.OK,
        Optional.of(new CommittedEpoch(3, "ab", t, 2, 1)),
        Optional.empty(),
        "",
        List.of(),
        List.of(),
        ScheduleReport.NOTHING,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        true,
        0,
        "");
  }

  private static StreamDiffView streamed(String t) {
    var compared =
        new Compared(t, 1, List.of(new RecordDifference(t, 1, RecordDifference.Kind.EXTRA)));
    return new StreamDiffView(List.of(compared), Map.of(t, t), List.of(t));
  }

  private static LimitUsageReport usage(String t) {
    return new LimitUsageReport(
        ExitCode.OK,
        "",
        4,
        2_000_000,
        List.of(new Use(t, t, 4, 4, 1, 1, 3)),
        List.of(),
        List.of(t));
  }

  private static LogEntry amiss(String t) {
    return LogEntryFixture.of("arch-2026-11-24-rate-limit-001", Phase.STAGE, t)
        .step(1)
        .detail(t)
        .status(Status.ERROR)
        .actor(t)
        .thought();
  }
}
