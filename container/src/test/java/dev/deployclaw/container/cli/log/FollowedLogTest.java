package dev.deployclaw.container.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.container.Main;
import dev.deployclaw.container.cli.screen.PseudoTerminal;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.testkit.process.JavaProgram;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code log --follow} on a real pseudo-terminal. */
class FollowedLogTest {
  private static final String ID = "arch-2026-11-29-rate-limit-001";
  private static final String LEFT = "\u001b[?25h\u001b[?1049l";

  @TempDir Path folder;

  private final List<SealedRecord> records = records();
  @AutoClose private FileJournal journal;

  @BeforeEach
  void begin() {
    journal = FileJournal.open(folder.resolve(".deployclaw/state"));
    records.subList(0, records.size() - 1).forEach(r -> journal.append(ID, r));
  }

  @Test
  void theNewestLinesStayInViewUntilTheLogEnds() throws Exception {
    try (var terminal = follow(Map.of())) {
      terminal.awaitScreen("the newest line", s -> s.contains("Step-30\n"));
      assertThat(terminal.screen().getFirst()).startsWith(ID + "  stage");
      assertThat(terminal.screen().getLast()).contains(" of ", "q quit");

      terminal.type("\u001b[H");
      terminal.awaitScreen("the first line", s -> s.contains("Asked") && s.contains("evil"));
      terminal.resize(50, 8);
      terminal.awaitScreen("it fits", s -> s.lines().count() <= 8 && s.contains("1-6 of"));
      terminal.type("G");
      terminal.awaitScreen("the newest line again", s -> s.contains("Step-30\n"));

      journal.append(ID, records.getLast());

      assertThat(terminal.exit()).isZero();
      assertThat(terminal.isRestored()).isTrue();
      String left = terminal.written().substring(terminal.written().indexOf(LEFT));
      assertThat(left).contains("Asked", "Step-30", "Finished");
      assertThat(terminal.written()).doesNotContain("evil\u001b]", "\u0007");
    }
  }

  @Test
  void whoReadsEarlierLinesIsNotInterrupted() throws Exception {
    try (var terminal = follow(Map.of())) {
      terminal.awaitScreen("the newest line", s -> s.contains("Step-30\n"));
      terminal.type("g");
      terminal.awaitScreen("the first line", s -> s.contains("Asked"));
      journal.append(ID, records.getLast());
      terminal.awaitScreen("it ended", s -> s.startsWith(ID + "  end"));

      terminal.type("q");

      assertThat(terminal.exit()).isZero();
    }
  }

  @Test
  void aTerminalThatKnowsLinesAloneGetsLines() throws Exception {
    journal.append(ID, records.getLast());
    try (var terminal = follow(Map.of("TERM", "dumb", "COLUMNS", "40"))) {
      assertThat(terminal.exit()).isZero();

      assertThat(terminal.written()).contains("Asked", "Finished").doesNotContain("\u001b");
      assertThat(terminal.written().lines()).allMatch(line -> line.length() <= 40);
    }
  }

  private PseudoTerminal follow(Map<String, String> environment) {
    var options = new ArrayList<>(JavaProgram.QUICK);
    options.add("-Ddeployclaw.home=" + folder);
    var command = JavaProgram.words(options, Main.class, "log", ID, "--follow");
    return PseudoTerminal.start(folder, 80, 12, environment, command);
  }

  private static List<SealedRecord> records() {
    var thoughts = new ArrayList<LogEntry>();
    thoughts.add(
        thought(
            0,
            "Asked \u001b[2Jevil\u001b]0;owned\u0007 name",
            Phase.REQUEST,
            Map.of("request", "set")));
    IntStream.rangeClosed(1, 30)
        .forEach(
            i -> thoughts.add(thought(1, "Step-" + i + " ", Phase.STAGE, Map.of("summary", true))));
    thoughts.add(
        thought(0, "Finished", Phase.END, Map.of("result", "COMPLETED", "request", "set")));
    return LogEntryFixture.seal(
        new HashChainSealer(SecretRedactor.of(List.of())), LogHead.START, thoughts);
  }

  private static LogEntry thought(int step, String action, Phase phase, Map<String, Object> facts) {
    return LogEntryFixture.of(ID, phase, action).step(step).took(1000).facts(facts).thought();
  }
}
