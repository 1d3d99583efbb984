package dev.deployclaw.container.cli.audit;

import static java.util.regex.Matcher.quoteReplacement;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.cli.console.JsonOutput;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogAndAuditTest {
  private static final String ID = "arch-2026-11-24-rate-limit-001";

  @TempDir Path folder;
  private CommandLineFixture screen;

  @BeforeEach
  void screen() {
    screen = new CommandLineFixture(folder);
  }

  @Test
  void printsTheLastExecutionWithNoBackEndAndNoConfiguration() {
    journal();

    int exit = screen.run("log");

    assertThat(exit).isZero();
    assertThat(screen.out()).startsWith(ID + "  COMPLETED").contains("Applying");
  }

  @Test
  void printsADocumentThatVerifies() {
    journal();
    screen.run("audit", "key");
    String key = screen.out().strip();
    screen.run("log", ID, "--json");
    screen.write("log.json", screen.out());

    int exit = screen.run("audit", "verify", "log.json", "--key", key, "--json");

    assertThat(exit).isZero();
    assertThat(screen.json().get("holds").asBoolean()).isTrue();
    assertThat(screen.json().at("/files/0/findings")).isEmpty();
  }

  @Test
  void whoHasTheOldKeyVerifiesWhatTheNewOneSigned() throws Exception {
    journal();
    screen.run("audit", "key");
    String old = screen.out().strip();

    assertThat(screen.run("audit", "key", "--rotate")).isZero();
    String fresh = screen.out().strip();

    assertThat(fresh).isNotEqualTo(old);
    screen.run("log", ID, "--json");
    Files.createDirectory(folder.resolve("logs"));
    screen.write("logs/log.json", screen.out());
    assertThat(screen.run("audit", "verify", "logs", "--without-chain", "--key", old)).isZero();
    assertThat(screen.out())
        .contains("logs/log.json: unchanged, signed with the trusted key")
        .endsWith("checked: 1 logs, no chain\n");
    assertThat(screen.run("audit", "verify", "logs", "--key", old)).isEqualTo(9);
    assertThat(screen.out()).contains("logs: no-chain: ");
    assertThat(screen.run("audit", "verify", ".deployclaw")).isEqualTo(2);
    assertThat(screen.err()).contains(".deployclaw holds no log");
  }

  @Test
  void writesAPageThatHoldsTheDocument() throws Exception {
    journal();

    int exit = screen.run("log", "--html", "log.html");

    assertThat(exit).isZero();
    assertThat(Files.readString(folder.resolve("log.html")))
        .startsWith("<!doctype html>")
        .contains("\"execution_id\":\"" + ID + "\"");
    assertThat(screen.run("log", ID, "--html", "-")).isZero();
    assertThat(screen.out()).startsWith("<!doctype html>");
    assertThat(screen.run("log", "--html", "--json")).isEqualTo(2);
  }

  @Test
  void followsAnExecutionUntilItsEnd() throws Exception {
    var records = records();
    try (var journal = FileJournal.open(folder.resolve(".deployclaw/state"))) {
      journal.append(ID, records.getFirst());
      var exit = new AtomicInteger(-1);
      var follower = Thread.ofVirtual().start(() -> exit.set(screen.run("log", ID, "--follow")));
      records.stream().skip(1).forEach(r -> journal.append(ID, r));

      assertThat(follower.join(Duration.ofSeconds(30))).isTrue();
      assertThat(exit).hasValue(0);
    }
    assertThat(screen.out().lines())
        .hasSize(records.size() + 1)
        .last()
        .satisfies(line -> assertThat(line).contains("end by rule COMPLETED"));
    assertThat(screen.run("log", ID, "-f", "--json")).isZero();
    assertThat(screen.out().lines())
        .containsExactlyElementsOf(
            records.stream().map(r -> new String(r.bytes(), StandardCharsets.UTF_8)).toList());
    assertThat(screen.run("log", ID, "-f", "--html")).isEqualTo(2);
  }

  @Test
  void explainsAnExecution() {
    journal();

    assertThat(screen.run("audit", "explain", "last")).isZero();
    assertThat(screen.out()).startsWith(ID).contains("1 routine: 1 OK", "Finished");
    assertThat(screen.run("audit", "explain", "last", "--all")).isZero();
    assertThat(screen.out()).contains("Applying");
    assertThat(screen.run("audit", "explain", "nothing")).isEqualTo(2);
  }

  @Test
  void explainsOnePhaseAndKnowsWhichThereAre() {
    journal();

    assertThat(screen.run("audit", "explain", "last", "--phase", "end")).isZero();
    assertThat(screen.out()).contains("2 not asked for: 2 OK", "Finished").doesNotContain("Asked");
    assertThat(screen.run("audit", "explain", "last", "--phase", "gaet")).isEqualTo(2);
    assertThat(screen.err())
        .contains(
            "\"gaet\" isn't a phase; give one of request, plan, open,", "gate", "rollback, end");
  }

  /** A log that was made to tell the auditor what he wants to read. */
  @Test
  void aForgedLogCannotSayThatItIsUnchanged() {
    journal();
    screen.run("log", "--json");
    String evil =
        "x\n\u001b[1A\u001b[2Klog.json: unchanged, signed with the trusted key\u001b[8m\u2028";
    screen.write(
        "log.json",
        screen.out().replaceFirst("\\{", quoteReplacement("{" + JsonOutput.line(evil) + ": 1,")));

    int exit = screen.run("audit", "verify", "log.json");

    assertThat(exit).isEqualTo(9);
    assertThat(screen.out().lines()).noneMatch(line -> line.startsWith("log.json: unchanged"));
    assertThat(screen.out()).contains("unchanged").matches("[\\P{Cntrl}\n&&[^\\u2028]]*");
  }

  @Test
  void findsWhatWasChangedInADocument() {
    journal();
    screen.run("log", "--json");
    screen.write("log.json", screen.out().replace("1200 per minute", "9999 per minute"));

    int exit = screen.run("audit", "verify", "log.json");

    assertThat(exit).isEqualTo(9);
    assertThat(screen.out()).contains("log.json: record 1 hash:");
  }

  @Test
  void findsAnotherSigner() {
    journal();
    screen.run("log", "--json");
    screen.write("log.json", screen.out());

    int exit = screen.run("audit", "verify", "log.json", "--key", "AAAA");

    assertThat(exit).isEqualTo(9);
    assertThat(screen.out()).contains("key: signed with a key that isn't the trusted one");
  }

  @Test
  void namesTheFileThatIsNotThere() {
    int exit = screen.run("audit", "verify", "nothing.json");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err()).contains("nothing.json can't be read");
  }

  @Test
  void saysWhichExecutionsThereAre() {
    assertThat(screen.run("log", "--json")).isEqualTo(2);
    assertThat(screen.json().get("reason").asText()).contains("there is no execution under");

    journal();

    assertThat(screen.run("log", "arch-2026-11-24-rate-limit-009")).isEqualTo(2);
    assertThat(screen.err()).contains("the last is " + ID);
  }

  @Test
  void refusesADamagedJournal() throws Exception {
    journal();
    var file = folder.resolve(".deployclaw/state/executions/" + ID + ".jsonl");
    Files.writeString(file, Files.readString(file).replace("Applying", "Removing"));

    int exit = screen.run("log", "last", "--json");

    assertThat(exit).isEqualTo(9);
    assertThat(screen.json().get("reason").asText()).contains(ID, "record 2");
  }

  private void journal() {
    try (var journal = FileJournal.open(folder.resolve(".deployclaw/state"))) {
      records().forEach(sealed -> journal.append(ID, sealed));
    }
  }

  private static List<SealedRecord> records() {
    var thoughts =
        List.of(
            thought(0, "Asked", Phase.REQUEST, Map.of("request", "set 1200 per minute")),
            thought(1, "Applying", Phase.STAGE, Map.of("summary", true)),
            thought(0, "Finished", Phase.END, Map.of("result", "COMPLETED", "request", "set")));
    return LogEntryFixture.seal(
        new HashChainSealer(SecretRedactor.of(List.of())), LogHead.START, thoughts);
  }

  private static LogEntry thought(int step, String action, Phase phase, Map<String, Object> facts) {
    return LogEntryFixture.of(ID, phase, action).step(step).took(1000).facts(facts).thought();
  }
}
