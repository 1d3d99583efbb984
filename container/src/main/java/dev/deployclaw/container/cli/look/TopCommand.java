package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.screen.LiveScreen;
import dev.deployclaw.container.cli.screen.ScrollWindow;
import dev.deployclaw.container.cli.session.AgentCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.core.result.ExitCode;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code top}. */
@Command(
    name = "top",
    description = {
      "Show which tenants and limits are used most now. Changes nothing.",
      "Reads counters from Redis, and allowed and refused requests from the services.",
      "On a terminal it measures until you quit; elsewhere once."
    },
    footer = {
      "",
      "Examples:",
      "  deployclaw top",
      "  deployclaw top --by refused --count 5 --over 10",
      "  deployclaw top --once",
      "  deployclaw top --json"
    })
public final class TopCommand extends AgentCommand {
  private static final int MOST_SHOWN = 10_000;
  private static final int USUALLY_SHOWN = 20;
  private static final int LONGEST_SECONDS = 300;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Number of limits to show; 20 by default, in a live view all.")
  private @Nullable Integer count;

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

  @Option(names = "--watch", description = "Measure until interrupted, even without a terminal.")
  private boolean watch;

  @Option(names = "--once", description = "Measure once, even on a terminal.")
  private boolean once;

  public TopCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public int use(AgentSession session) throws InterruptedException {
    var order = check();
    var over = Duration.ofSeconds(seconds);
    var screen =
        shared.json() || once ? Optional.<LiveScreen>empty() : around.screen(ScrollWindow.FIRST);
    if (screen.isPresent()) {
      int most = Objects.requireNonNullElse(count, MOST_SHOWN);
      return new TopScreen(around, most)
          .run(screen.get(), order, () -> session.queries().usage(over));
    }
    var view = new TopView(around, order, Objects.requireNonNullElse(count, USUALLY_SHOWN));
    int exit;
    do {
      var answer = session.queries().usage(over);
      exit = shared.json() ? view.json(answer) : view.show(answer);
      around.out().print(watch ? "\n" : "");
      around.out().flush();
    } while (watch && exit == ExitCode.OK.code());
    return exit;
  }

  private TopView.Order check() {
    if (count != null && (count < 1 || count > MOST_SHOWN)) {
      throw wrong("--count: " + count + " is not from 1 to " + MOST_SHOWN);
    }
    if (seconds < 1 || seconds > LONGEST_SECONDS) {
      throw wrong("--over: " + seconds + " is not from 1 to " + LONGEST_SECONDS);
    }
    if (watch && once) {
      throw wrong("--watch and --once exclude each other: give one of them");
    }
    if (watch && shared.json()) {
      throw wrong("--json is one document: leave out --watch");
    }
    Optional<TopView.Order> order = TopView.Order.ofWord(by);
    return order.orElseThrow(
        () -> wrong("--by: \"" + by + "\" is not one of used, refused, allowed"));
  }
}
