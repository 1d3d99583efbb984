package dev.deployclaw.container.cli.console;

import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.secret.UnmaskedTextException;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.log.LogTakenOverException;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.util.List;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what a command throws into a message with a remedy, and an exit code. */
public record CommandExceptionHandler(CommandEnvironment around)
    implements CommandLine.IExecutionExceptionHandler, CommandLine.IParameterExceptionHandler {
  /** What to do about a bug. */
  static final String REPORT =
      "this is a bug: report it with the output of DEPLOYCLAW_LOG=debug; deployclaw "
          + "status shows the present state, deployclaw recover finishes an open change";

  /** What is wrong, what was perhaps meant, and where its use is told. */
  @Override
  public int handleParseException(ParameterException failure, String[] words) {
    var line = failure.getCommandLine();
    boolean json = List.of(words).contains(CommonOptions.JSON);
    String reason =
        failure instanceof UnmatchedArgumentException unmatched && line.getParent() == null
            ? noCommand(unmatched)
            : String.valueOf(failure.getMessage());
    String use = line.getCommandSpec().qualifiedName() + " --help";
    return CommandFailure.usage(reason + "; see: " + use).report(around, json);
  }

  /** Several words may be a request. */
  private static String noCommand(UnmatchedArgumentException unmatched) {
    String word = unmatched.getUnmatched().getFirst();
    var near = unmatched.getSuggestions();
    boolean request = near.isEmpty() || unmatched.getUnmatched().size() > 1;
    String meant = request ? "deployclaw plan \"" + word + " …\"" : near.getFirst();
    return "there is no command %s; did you mean %s?".formatted(word, meant);
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine line, ParseResult parsed) {
    if (failure instanceof ParameterException usage) {
      return handleParseException(usage, parsed.originalArgs().toArray(String[]::new));
    }
    return failure(failure).report(around, parsed.originalArgs().contains(CommonOptions.JSON));
  }

  private static CommandFailure failure(Exception failure) {
    String reason = String.valueOf(failure.getMessage());
    return switch (failure) {
      case InvalidConfigException _, SetupException _ -> CommandFailure.usage(reason);
      case DamagedJournalException _ ->
          new CommandFailure(ExitCode.AUDIT_FAILED, reason + "; look at the file before you go on");
      case LogTakenOverException _ ->
          new CommandFailure(
              ExitCode.FAILED,
              reason
                  + "; this process was paused for longer than its lease and leaves the "
                  + "work to the other: see the state with deployclaw status");
      case Unreachable _ ->
          new CommandFailure(
              ExitCode.UNREACHABLE,
              reason + "; nothing was changed; is etcd running and reachable?");
      case UnmaskedTextException _ ->
          new CommandFailure(
              ExitCode.UNREACHABLE, reason + "; nothing was kept: ask again in some seconds");
      case BucketUnavailableException _ ->
          new CommandFailure(
              ExitCode.UNREACHABLE, reason + "; is the bucket there? deployclaw doctor");
      default -> bug(failure);
    };
  }

  private static CommandFailure bug(Exception failure) {
    // Not a constant: a call that only shows help would set up logging.
    LoggerFactory.getLogger(CommandExceptionHandler.class)
        .atError()
        .setCause(failure)
        .log("internal fault");
    return new CommandFailure(
        ExitCode.INTERNAL_FAULT, "internal fault: " + failure + "; " + REPORT);
  }
}
