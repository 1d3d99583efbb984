package dev.deployclaw.container.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.export.LogExport;
import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogEndSignatures;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportCommandTest {
  private static final String ID = "arch-2026-11-24-rate-limit-001";

  @TempDir Path folder;
  private CommandLineFixture screen;

  @BeforeEach
  void screen() {
    screen = new CommandLineFixture(folder);
  }

  @Test
  void printsLinesAndSaysOnTheOtherStreamWhatItVerified() {
    log();
    sign();

    int exit = screen.run("export", "--format", "csv");

    assertThat(exit).isZero();
    assertThat(screen.out().lines()).hasSize(2);
    assertThat(screen.out()).contains("\"" + ID + "\",\"REFUSED\",\"none\",\"yes\"");
    assertThat(screen.err())
        .isEqualTo(
            "deployclaw: logs of all that is there: 1 verified, 0 unfinished, 0 not verified\n");
  }

  @Test
  void writesAFileAndOneDocumentAboutIt() throws Exception {
    log();
    sign();
    String month = month();

    int exit =
        screen.run("export", "--format", "report", "--month", month, "--out", "r.html", "--json");

    assertThat(exit).isZero();
    var told = screen.json();
    assertThat(told.get("logs").asInt()).isEqualTo(1);
    assertThat(told.get("verified").asInt()).isEqualTo(1);
    assertThat(told.get("period").asText()).isEqualTo(month);
    screen.run("audit", "key");
    assertThat(told.at("/keys/0").asText()).isEqualTo(screen.out().strip());
    assertThat(Files.readString(folder.resolve("r.html")))
        .startsWith("<!doctype html>")
        .contains("Verified: all logs (1)", screen.out().strip());
  }

  /** The version that an export names is the program's. */
  @Test
  void namesTheVersionOfTheProgram() {
    log();
    sign();
    screen.run("--version");
    assertThat(screen.out()).contains(LogExport.PRODUCT_VERSION);

    screen.run("export", "--format", "ocsf");

    assertThat(
            CommandLineFixture.json(screen.out().lines().findFirst().orElseThrow())
                .at("/metadata/product/version")
                .asText())
        .isEqualTo(LogExport.PRODUCT_VERSION);
  }

  @Test
  void exits9WhereALogIsNotSignedAndExportsIt() {
    log();
    HeadSigner.open(state());

    assertThat(screen.run("export", "--format", "csv")).isEqualTo(9);
    assertThat(screen.out()).contains("\"no\",\"the signature of its end is missing\"");
    assertThat(screen.err()).contains("1 not verified");
  }

  @Test
  void exits9WhereALogIsDamagedAndSaysSoInTheFile() throws Exception {
    log();
    sign();
    var file = JournalFolder.in(state()).records(ID);
    Files.writeString(file, Files.readString(file).replace("Refusing", "Granting"));

    int exit = screen.run("export", "--format", "report", "--month", "2001-01", "--out", "r.html");

    assertThat(exit).isEqualTo(9);
    assertThat(Files.readString(folder.resolve("r.html")))
        .contains("Not verified: 1 of 1 logs", ID, "record 2");
  }

  @Test
  void trustsTheKeyThatIsGiven() {
    log();
    sign();

    assertThat(screen.run("export", "--format", "csv", "--key", "AAAA")).isEqualTo(9);
    assertThat(screen.out()).contains("signed with a key that isn't the trusted one");
    screen.run("audit", "key");
    assertThat(screen.run("export", "--format", "csv", "--key", screen.out().strip())).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--format csv --month 2026-13 | \"2026-13\" is no month; write year and month, such as 2026-11",
        "--format csv --month 2026-11 --since 2026-11-01 | --month excludes --since and --until",
        "--format csv --since yesterday | --since: \"yesterday\" is no date; write 2026-11-01",
        "--format csv --since 2026-11-02 --until 2026-11-01 | exchange them",
        "--format report | a report needs --month, or both --since and --until",
        "--format report --since 2026-11-02 | a report needs --month, or both --since and --until",
        "--format csv --json | --json needs --out",
        "--format xml | \"xml\" isn't a format; give one of ocsf, csv, report",
        "--month 2026-11 | --format",
        "--format csv --out nowhere/f.csv | nowhere/f.csv can't be written",
        "--format csv --out . | . isn't a file; name a file",
      })
  void saysWhatIsWrongWithTheWords(String words, String reason) {
    log();
    sign();

    int exit = screen.run(("export " + words).split(" "));

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err()).contains(reason);
  }

  @Test
  void saysWhereNoLogIs() {
    assertThat(screen.run("export", "--format", "csv")).isEqualTo(2);
    assertThat(screen.err()).contains("there is no execution under");
  }

  /** Half an export is none: the log's only copy is in a bucket, which is away. */
  @Test
  void writesNoFileWhereALogCannotBeAskedFor() throws Exception {
    log();
    sign();
    Files.delete(JournalFolder.in(state()).records(ID));
    Files.writeString(
        JournalFolder.in(state()).path().resolve(ID + JournalFolder.STORED),
        """
        {"length":1,"stored":{"execution":"%s","head":"%s","records":3,"segments":[]}}\
        """
            .formatted(ID, "0".repeat(64)));
    screen.write("changes.csv", "the one of yesterday");

    int exit = screen.run("export", "--format", "csv", "--out", "changes.csv");

    assertThat(exit).isEqualTo(10);
    assertThat(screen.err()).contains("is the bucket there?");
    assertThat(Files.readString(folder.resolve("changes.csv"))).isEqualTo("the one of yesterday");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.filter(f -> f.toString().endsWith(".tmp"))).isEmpty();
    }
  }

  private Path state() {
    return folder.resolve(".deployclaw/state");
  }

  private void sign() {
    new LogEndSignatures(JournalFolder.in(state()), HeadSigner.open(state())).sign(ID);
  }

  private void log() {
    var thoughts =
        List.of(
            thought(
                "Asked by ana", Phase.REQUEST, Map.of("request", "delete all", "requester", "ana")),
            thought("Refusing", Phase.PLAN, Map.of()),
            thought("Ended: REFUSED", Phase.END, Map.of("result", "REFUSED")));
    try (var journal = FileJournal.open(state())) {
      LogEntryFixture.seal(
              new HashChainSealer(SecretRedactor.of(List.of())), LogHead.START, thoughts)
          .forEach(sealed -> journal.append(ID, sealed));
    }
  }

  /** Of the log's records. */
  private String month() throws Exception {
    String text = Files.readString(JournalFolder.in(state()).records(ID));
    return text.replaceFirst("(?s).*\"time\":\"(\\d{4}-\\d\\d).*", "$1");
  }

  private static LogEntry thought(String action, Phase phase, Map<String, Object> facts) {
    return LogEntryFixture.of(ID, phase, action).step(0).took(1000).facts(facts).thought();
  }
}
