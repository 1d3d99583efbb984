package dev.deployclaw.audit.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.export.CsvExport.CsvRowWriter;
import dev.deployclaw.audit.export.LogExport.Format;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.ExecutableFinder;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines as Python's strict reader of CSV reads them. */
class CsvExportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String READER =
      "import csv,json,sys;"
          + "print(json.dumps(list(csv.reader(open(sys.argv[1],newline='',encoding='utf-8'),strict=True))))";

  @TempDir Path state;
  private ExportedLogs logs;

  @BeforeEach
  void logs() {
    assumeTrue(ExecutableFinder.has("python3"), "python3 isn't installed");
    logs = new ExportedLogs(state.resolve("state"));
  }

  @Test
  void saysWhoChangedWhat() throws Exception {
    String id = logs.signed("2/approved");

    var rows = rows(ExportPeriod.ALL);

    assertThat(rows.getFirst()).isEqualTo(CsvExport.COLUMNS);
    var plan = RealLogs.records("2/approved").get(17);
    var commit = RealLogs.records("2/approved").get(36);
    assertThat(rows.subList(1, rows.size()))
        .containsExactly(
            List.of(
                String.valueOf(commit.get("time")),
                "root",
                "root",
                "set-limit",
                "initech",
                "checkout",
                "checkout",
                "requests",
                "120",
                "77",
                id,
                "COMPLETED",
                "activated",
                "yes",
                "",
                HeadSigner.open(state.resolve("state")).publicKey(),
                "18",
                String.valueOf(plan.get("hash"))));
  }

  @ParameterizedTest
  @CsvSource({
    "2/raised, COMPLETED, activated, 2",
    "2/undone, ROLLED_BACK, rolled-back, 2",
    "2/withdrawn, ROLLED_BACK, rolled-back, 2",
    "2/pending, UNKNOWN, unknown, 2",
    "2/refused, REFUSED, none, 1",
    "aborted, ABORTED, none, 1",
    "2/rollback, COMPLETED, activated, 1"
  })
  void saysWhatBecameOfIt(String name, String outcome, String effect, int lines) throws Exception {
    logs.signed(name);

    var rows = rows(ExportPeriod.ALL);

    assertThat(rows).hasSize(lines + 1);
    assertThat(rows.subList(1, rows.size()))
        .allSatisfy(row -> assertThat(row.subList(11, 14)).containsExactly(outcome, effect, "yes"));
  }

  @Test
  void aLineBelongsToTheTimeOfTheCommit() throws Exception {
    RealLogs.NAMES.forEach(logs::signed);

    int all = rows(ExportPeriod.ALL).size() - 1;
    int before = rows(ExportPeriod.between("", "2026-11-27")).size() - 1;
    int after = rows(ExportPeriod.between("2026-11-27", "")).size() - 1;

    assertThat(before).isPositive();
    assertThat(after).isPositive().isEqualTo(all - before);
    assertThat(rows(ExportPeriod.month("2026-10"))).hasSize(1);
  }

  @Test
  void saysHowManyDifferencesTheLogDoesNotList() throws Exception {
    logs.signed(
        ExportedLogs.edited(
            "2/raised",
            r -> {
              if (RealLogs.object(r, "facts").containsKey("diff")) {
                RealLogs.object(r, "facts").put("differences", 1_202L);
              }
            }));

    var last = rows(ExportPeriod.ALL).getLast();

    assertThat(last.get(7)).isEqualTo("1200 more differences, not listed in the log");
    assertThat(last.subList(4, 10)).containsExactly("", "checkout", "", last.get(7), "", "");
  }

  @Test
  void aDamagedLogHasALineThatClaimsNothing() throws Exception {
    logs.write("arch-2026-11-27-rate-limit-042", "{\"seq\":1}\n".getBytes(StandardCharsets.UTF_8));

    var row = rows(ExportPeriod.month("2001-01")).getLast();

    assertThat(row.subList(0, 10)).allMatch(String::isEmpty);
    assertThat(row.subList(10, 14))
        .containsExactly("arch-2026-11-27-rate-limit-042", "UNKNOWN", "unknown", "no");
    assertThat(row.get(14)).isNotEmpty();
  }

  /** Texts of anybody: each is one cell, and no spreadsheet computes it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "=HYPERLINK(\"http://evil\",\"x\")",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "  =1+1",
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff201"
      })
  void aFormulaBecomesAText(String cell) throws Exception {
    assertThat(cells(cell)).singleElement().asString().startsWith("'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acme",
        "a=b",
        "1-2",
        "",
        "\u00fcmla\u00fct",
        "a,b",
        "say \"no\"",
        "x;y",
        "'quoted'"
      })
  void anyOtherTextStays(String cell) throws Exception {
    assertThat(cells(cell)).containsExactly(cell);
  }

  @Test
  void aTextOfSeveralLinesStaysOnOne() throws Exception {
    assertThat(cells("a\r\nb\u202ec")).containsExactly("a b c");
    assertThat(cells("x".repeat(100_000)).getFirst()).hasSizeLessThan(2_100);
  }

  private List<String> cells(String cell) throws Exception {
    var out = new StringWriter();
    new CsvRowWriter(out).write(List.of(cell, "behind"));
    var rows = read(out.toString());
    assertThat(rows).hasSize(1);
    assertThat(rows.getFirst()).hasSize(2).last().isEqualTo("behind");
    return rows.getFirst().subList(0, 1);
  }

  private List<List<String>> rows(ExportPeriod period) throws Exception {
    String text = logs.export(Format.CSV, period);
    assertThat(text).endsWith("\r\n");
    return read(text);
  }

  private List<List<String>> read(String text) throws Exception {
    Path file = state.resolve("rows.csv");
    write(file, text);
    String json = CommandRunner.of(List.of("python3", "-c", READER, file.toString())).must();
    return JSON.readValue(json, new TypeReference<List<List<String>>>() {});
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardCharsets.UTF_8);
  }
}
