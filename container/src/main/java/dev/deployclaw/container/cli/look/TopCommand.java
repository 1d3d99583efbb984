package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.core.result.ExitCode;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code top}. */
@Command(
    name = "top",
    description = {
      "Show which tenants and limits are used most now. Changes nothing.",
      "Reads counters from Redis, and allowed and refused requests from the services."
    },
    footer = {
      "",
      "Examples:",
      "  deployclaw top",
      "  deployclaw top --by refused --count 5 --over 10",
      "  deployclaw top --watch",
      "  deployclaw top --json"
    })
public final class TopCommand extends AgentCommand {
  private static final int MOST_SHOWN = 10_000;
  private static final int LONGEST_SECONDS = 300;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "20",
      description = "Number of limits to show; 20 by default.")
  private int count;

  @Option(
      names = "--by",
      paramLabel = "WHAT",
      defaultValue = "used",
      description = "Sorts by used (percent of the limit), refused, or allowed; used by default.")
  private String by = "used";

  @Option(
      names = "--over",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "Time between the two readings of allowed and refused requests; 2 by default.")
  private int seconds;

  @Option(names = "--watch", description = "Measure again and again, until interrupted.")
  private boolean watch;

  @Spec private CommandSpec spec = CommandSpec.create();

  public TopCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    var order = check();
    var view = new TopView(around(), order, count);
    int exit;
    do {
      var answer = session.queries().usage(Duration.ofSeconds(seconds));
      exit = json() ? view.json(answer) : view.show(answer, watch);
    } while (watch && exit == ExitCode.OK.code());
    return exit;
  }

  private TopView.Order check() {
    if (count < 1 || count > MOST_SHOWN) {
      throw wrong("--count: " + count + " is not from 1 to " + MOST_SHOWN);
    }
    if (seconds < 1 || seconds > LONGEST_SECONDS) {
      throw wrong("--over: " + seconds + " is not from 1 to " + LONGEST_SECONDS);
    }
    if (watch && json()) {
      throw wrong("--json is one document: leave out --watch");
    }
    Optional<TopView.Order> order = TopView.Order.ofWord(by);
    return order.orElseThrow(
        () -> wrong("--by: \"" + by + "\" is not one of used, refused, allowed"));
  }

  private ParameterException wrong(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
