package dev.deployclaw.container.cli;

import dev.deployclaw.audit.DocumentText;
import dev.deployclaw.audit.ExecutionDocument;
import dev.deployclaw.audit.FileJournal;
import dev.deployclaw.audit.HeadSigner;
import dev.deployclaw.audit.LogView;
import dev.deployclaw.container.wiring.Unusable;
import dev.deployclaw.core.runtime.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code log ID|last}: works from the files alone, when the estate is gone too; a log that left the
 * machine is read from the bucket.
 */
@Command(
    name = "log",
    description = "What an execution thought and did. Needs no back end.",
    footer = {
      "",
      "Examples:",
      "  deployclaw log last",
      "  deployclaw log arch-2026-11-24-rate-limit-003 --json > log.json",
      "  deployclaw log last --html log.html",
      "  deployclaw log last --follow"
    })
final class LogCommand implements Callable<Integer> {
  private static final String LAST = "last";
  private static final String STANDARD_OUTPUT = "-";

  private final Surroundings around;

  @Mixin private final Shared shared = new Shared();

  @Parameters(
      paramLabel = "ID|last",
      arity = "0..1",
      defaultValue = LAST,
      description = "The execution; the last one where none is given.")
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
          "Print each thought as it is written, until the execution ends; with --json the records,"
              + " one a line.")
  private boolean follow;

  LogCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Exception {
    var local = Local.of(around, shared);
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
          ExecutionDocument.of(logs.read(chosen.get()), HeadSigner.open(local.stateDir())));
    }
  }

  private int follow(FileJournal journal, String execution) throws InterruptedException {
    if (html != null) {
      return missing("--html and --follow ask for two forms: give one of them");
    }
    new LogFollower(journal, around.out(), shared.json()).follow(execution);
    return ExitCode.OK.code();
  }

  private int print(ExecutionDocument document) throws Unusable {
    if (html == null) {
      around.out().print(shared.json() ? document.text() : DocumentText.of(document));
    } else if (shared.json()) {
      return missing("--html and --json ask for two forms: give one of them");
    } else if (html.equals(STANDARD_OUTPUT)) {
      around.out().print(LogView.html(document));
    } else {
      write(around.working().resolve(html), LogView.html(document));
    }
    return ExitCode.OK.code();
  }

  private void write(Path file, String page) throws Unusable {
    try {
      Files.writeString(file, page);
    } catch (IOException e) {
      throw new Unusable(file + " can't be written: " + e + "; name a file in a folder of yours");
    }
    around.say("The page is " + file + "; open it in a browser");
  }

  private int missing(String reason) {
    return Failure.usage(reason).report(around, shared.json());
  }
}
