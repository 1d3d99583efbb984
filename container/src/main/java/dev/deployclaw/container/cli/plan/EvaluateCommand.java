package dev.deployclaw.container.cli.plan;

import dev.deployclaw.container.cli.console.BoundedTextFile;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.console.ConsoleCommand;
import dev.deployclaw.container.cli.console.ProgressBar;
import dev.deployclaw.container.cli.plan.EvaluationView.TokenPrice;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.language.evaluation.EvaluatedCase;
import dev.deployclaw.core.language.evaluation.EvaluationTable;
import dev.deployclaw.core.language.evaluation.RequestCase;
import dev.deployclaw.core.language.evaluation.RequestEvaluator;
import dev.deployclaw.core.result.ExitCode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code evaluate FILE --inventory INVENTORY}: no effect. */
@Command(
    name = "evaluate",
    description = {
      "Test the configured model, or the grammar, on requests with known outcomes.",
      "Reports how many were understood, and how many wrong readings the judge stops. Exit code 8:"
          + " a plan does something that its request doesn't ask for. Needs no back end."
    },
    footer = {
      "",
      "Examples:",
      "  deployclaw evaluate requests.txt --inventory estate.yaml --rules",
      "  deployclaw evaluate requests.txt --inventory estate.yaml --price 3/15 --json",
      "  deployclaw evaluate requests.txt --inventory estate.yaml --replay answers.json",
      "Lines of FILE:",
      "  terse | acme search 20 rps | set-limit acme search 20/1",
      "  ticket | Something is wrong with acme. | asked"
    })
public final class EvaluateCommand extends ConsoleCommand {
  private static final int MOST_BYTES = 4 << 20;
  private static final Duration LONGEST = Duration.ofHours(2);

  @Mixin private final EvaluatedModelOptions tested = new EvaluatedModelOptions();

  @Parameters(
      paramLabel = "FILE",
      description = "Lines of: kind | request | outcome (docs/concepts/requests.md).")
  private Path file = Path.of("");

  @Option(
      names = "--inventory",
      required = true,
      paramLabel = "INVENTORY",
      description = "The tenants and services of the estate, as for plan.")
  private Path inventory = Path.of("");

  @Option(
      names = "--now",
      paramLabel = "INSTANT",
      description = "The time of the requests, such as 2026-11-29T12:00:00Z; by default now.")
  private Instant now = Instant.now();

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      description = "The zone of times that name none, such as Europe/Berlin; by default UTC.")
  private ZoneId zone = ZoneOffset.UTC;

  @Option(
      names = "--price",
      paramLabel = "IN/OUT",
      description = "The price of a million tokens, such as 3/15; the report then shows the cost.")
  private String price = "";

  public EvaluateCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public Integer call() throws Exception {
    var view = new EvaluationView(around, file, TokenPrice.of(price));
    var names = OfflinePlanner.inventory(around.working().resolve(inventory));
    var cases = cases();
    try (var model = tested.open(around, shared, zone)) {
      var evaluator = new RequestEvaluator(model.interpreter(), names, now, zone);
      var done = evaluate(cases, evaluator, model);
      var open = model.open();
      if (open.isPresent()) {
        return new CommandFailure(ExitCode.NEEDS_CLARIFICATION, open.get())
            .report(around, shared.json());
      }
      var table = new EvaluationTable(done);
      view.show(table, model.name(), shared.json());
      return exit(table, cases.size()).code();
    }
  }

  private List<RequestCase> cases() throws SetupException {
    var place = around.working().resolve(file);
    var text = BoundedTextFile.needed(file, place, MOST_BYTES, "a file of requests");
    var reading = RequestCase.read(text);
    if (!reading.problems().isEmpty()) {
      throw new SetupException(
          reading.problems().stream().map(p -> file + ": " + p).collect(Collectors.joining("\n")));
    }
    return reading.cases();
  }

  /** In their order, one by one: what a model is asked is the same each time. */
  private List<EvaluatedCase> evaluate(
      List<RequestCase> cases, RequestEvaluator evaluator, EvaluatedModel model)
      throws SetupException {
    var done = new ArrayList<EvaluatedCase>();
    var bar = new ProgressBar(around, cases.size());
    long start = System.nanoTime();
    try {
      for (var sample : cases) {
        if (System.nanoTime() - start > LONGEST.toNanos()) {
          break;
        }
        done.add(evaluator.evaluate(sample));
        model.check(file + ":" + sample.line());
        bar.at(done.size());
      }
    } finally {
      bar.end();
    }
    return done;
  }

  private ExitCode exit(EvaluationTable table, int cases) {
    if (table.all().unasked() > 0) {
      return ExitCode.INVALID;
    }
    int done = table.cases().size();
    if (done < cases) {
      around.warn(
          "deployclaw: stopped after %d hours, with %d of %d requests; split the file"
              .formatted(LONGEST.toHours(), done, cases));
      return ExitCode.FAILED;
    }
    return table.silent() ? ExitCode.UNREACHABLE : ExitCode.OK;
  }
}
