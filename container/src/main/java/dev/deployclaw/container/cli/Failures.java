package dev.deployclaw.container.cli;

import dev.deployclaw.audit.DamagedJournal;
import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.wiring.Unusable;
import dev.deployclaw.core.log.BucketAway;
import dev.deployclaw.core.log.LogTakenOver;
import dev.deployclaw.core.runtime.ExitCode;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.util.List;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what a command throws into a message with a remedy, and an exit code. */
final class Failures
    implements CommandLine.IExecutionExceptionHandler, CommandLine.IParameterExceptionHandler {
  /** What to do about a bug. */
  static final String REPORT =
      "this is a bug: report it with what DEPLOYCLAW_LOG=debug shows; deployclaw status says where"
          + " things stand, deployclaw recover finishes what is open";

  private final Surroundings around;

  Failures(Surroundings around) {
    this.around = around;
  }

  /** Wrong usage: what is wrong, what was perhaps meant, and how the command is used. */
  @Override
  public int handleParseException(ParameterException failure, String[] words) {
    var line = failure.getCommandLine();
    boolean json = List.of(words).contains(Shared.JSON);
    int exit = Failure.usage(String.valueOf(failure.getMessage())).report(around, json);
    UnmatchedArgumentException.printSuggestions(failure, line.getErr());
    line.usage(line.getErr(), line.getColorScheme());
    return exit;
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine line, ParseResult parsed) {
    if (failure instanceof ParameterException usage) {
      return handleParseException(usage, parsed.originalArgs().toArray(String[]::new));
    }
    return failure(failure).report(around, parsed.originalArgs().contains(Shared.JSON));
  }

  private static Failure failure(Exception failure) {
    String reason = String.valueOf(failure.getMessage());
    return switch (failure) {
      case InvalidConfig _, Unusable _ -> Failure.usage(reason);
      case DamagedJournal _ ->
          new Failure(ExitCode.AUDIT_FAILED, reason + "; look at the file before you go on");
      case LogTakenOver _ ->
          new Failure(
              ExitCode.FAILED,
              reason
                  + "; this one stood still for longer than its lease and leaves it to the other:"
                  + " deployclaw status says where things stand");
      case Unreachable _ ->
          new Failure(
              ExitCode.UNREACHABLE,
              reason + "; nothing was changed; is etcd running and reachable?");
      case BucketAway _ ->
          new Failure(ExitCode.UNREACHABLE, reason + "; is the bucket there? deployclaw doctor");
      default -> bug(failure);
    };
  }

  private static Failure bug(Exception failure) {
    // Not a constant: a call that only shows help would set up logging.
    LoggerFactory.getLogger(Failures.class).atError().setCause(failure).log("internal fault");
    return new Failure(ExitCode.INTERNAL_FAULT, "internal fault: " + failure + "; " + REPORT);
  }
}
