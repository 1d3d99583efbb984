package dev.deployclaw.container.cli.log;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.view.LogHtmlRenderer;
import dev.deployclaw.audit.view.LogTextRenderer;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.container.cli.console.ConsoleCommand;
import dev.deployclaw.container.cli.screen.ScrollWindow;
import dev.deployclaw.container.cli.session.OfflineSettings;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.file.FileFault;
import dev.deployclaw.core.result.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code log ID|last}: works from the files alone, when the estate is gone too; a log that left the
 * machine is read from the bucket.
 */
@Command(
    name = "log",
    description = "Show what an execution thought and did. Needs no back end.",
    footer = {
      "",
      "Examples:",
      "  deployclaw log last",
      "  deployclaw log arch-2026-11-24-rate-limit-003 --json > log.json",
      "  deployclaw log last --html log.html",
      "  deployclaw log last --follow"
    })
public final class LogCommand extends ConsoleCommand {
  private static final String LAST = "last";
  private static final String STANDARD_OUTPUT = "-";

  @Parameters(
      paramLabel = "ID|last",
      arity = "0..1",
      defaultValue = LAST,
      description = "The execution; by default the last one.")
  private String id = LAST;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      arity = "0..1",
      fallbackValue = STANDARD_OUTPUT,
      description =
          "As one page that opens offline in a browser, into FILE; on standard output without one.")
  private @Nullable String html;

  @Option(
      names = {"-f", "--follow"},
      description =
          "Show each thought as it is written, until the execution ends: on a terminal in place;"
              + " with --json the records, one a line.")
  private boolean follow;

  public LogCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public Integer call() throws Exception {
    var local = OfflineSettings.of(around, shared);
    try (var logs = local.logs()) {
      var last = logs.find(LAST);
      if (last.isEmpty()) {
        return missing("there is no execution under " + local.stateDir());
      }
      var chosen = logs.find(id);
      if (chosen.isEmpty()) {
        return missing("there is no execution " + id + "; the last is " + last.get());
      }
      if (follow) {
        return follow(logs.journal(), chosen.get());
      }
      return print(
          ExecutionDocument.of(
              logs.journal().read(chosen.get()), HeadSigner.open(local.stateDir())));
    }
  }

  private int follow(FileJournal journal, String execution) throws InterruptedException {
    if (html != null) {
      return missing("--html and --follow exclude each other: give one of them");
    }
    var follower = new LogFollower(journal);
    if (shared.json()) {
      follower.follow(execution, new LogFollower.JsonLines(around.out()));
      return ExitCode.OK.code();
    }
    var screen = around.screen(ScrollWindow.LAST);
    if (screen.isEmpty()) {
      var lines = new LogFollower.TextLines(around.out(), around::say, LogFollower.timeline());
      follower.follow(execution, lines);
      return ExitCode.OK.code();
    }
    var view = new LogScreen(screen.get(), execution);
    try (var _ = screen.get()) {
      follower.follow(execution, view);
    }
    view.leave(around::say);
    return ExitCode.OK.code();
  }

  private int print(ExecutionDocument document) throws SetupException {
    if (html == null && shared.json()) {
      around.out().print(document.text());
    } else if (html == null) {
      LogTextRenderer.of(document).lines().forEach(around::say);
    } else if (shared.json()) {
      return missing("--html and --json exclude each other: give one of them");
    } else if (html.equals(STANDARD_OUTPUT)) {
      around.out().print(LogHtmlRenderer.html(document));
    } else {
      write(around.working().resolve(html), LogHtmlRenderer.html(document));
    }
    return ExitCode.OK.code();
  }

  private void write(Path file, String page) throws SetupException {
    try {
      Files.writeString(file, page);
    } catch (IOException e) {
      throw FileFault.unwritable(file, e);
    }
    around.say("The page is " + file + "; open it in a browser");
  }

  private int missing(String reason) {
    return CommandFailure.usage(reason).report(around, shared.json());
  }
}
