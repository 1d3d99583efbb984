package dev.deployclaw.container.cli;

import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.wiring.Unusable;
import dev.deployclaw.core.runtime.ExitCode;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Turns what a command throws into a message with a remedy, and an exit code. */
final class Failures implements CommandLine.IExecutionExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private final Surroundings around;

  Failures(Surroundings around) {
    this.around = around;
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine line, CommandLine.ParseResult parsed) {
    return switch (failure) {
      case InvalidConfig invalid -> say(line, ExitCode.WRONG_USAGE, invalid.getMessage());
      case Unusable unusable -> say(line, ExitCode.WRONG_USAGE, unusable.getMessage());
      case Unreachable unreachable ->
          say(
              line,
              ExitCode.UNREACHABLE,
              unreachable.getMessage() + "; nothing was changed; is etcd running and reachable?");
      default -> bug(line, failure);
    };
  }

  private int bug(CommandLine line, Exception failure) {
    LOG.atError().setCause(failure).log("internal fault");
    return say(line, ExitCode.INTERNAL_FAULT, "internal fault: " + failure);
  }

  private int say(CommandLine line, ExitCode exit, @Nullable String message) {
    String text = String.valueOf(message);
    around.err().println("deployclaw: " + text);
    if (line.getParseResult().hasMatchedOption("--json")) {
      around.out().println(Json.text(Map.of("error", text)));
    }
    return exit.code();
  }
}
