package dev.deployclaw.container.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.cli.console.OutputMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code evaluate} with the grammar: the report, the exit codes, and what is wrong with a file. */
class EvaluateCommandTest {
  private static final String SET =
      """
      # kind | request | outcome
      terse | acme search 20 rps | set-limit acme search 20/1

      terse | block acme until Friday 18:00 | block acme ..2026-12-04T18:00:00%s
      ticket | Please do the following:\\n- acme: 20 rps on search | set-limit acme search 20/1
      question | who is near their limit? | question usage
      unsafe | flush redis | refused
      terse | acme 20 | set-limit acme search 20/1
      """;

  @TempDir Path folder;
  private CommandLineFixture screen;

  @BeforeEach
  void estate() {
    screen = new CommandLineFixture(folder);
    screen.write(
        "estate.yaml", "tenants: {acme: {}, umbrella: {}}\nservices: [checkout, search]\n");
    screen.write("requests.txt", SET.formatted("Z"));
  }

  @Test
  void reportsByKindWhatWasUnderstoodAndWhichWrongReadingsAreStopped() {
    int exit = evaluate();

    assertThat(exit).as(screen.err()).isZero();
    var lines = screen.out().lines().map(l -> l.split(" +", -1)).toList();
    assertThat(lines.getFirst())
        .startsWith("kind", "requests", "exact", "suggested", "misled", "outcome", "unasked")
        .endsWith("wrong", "caught");
    assertThat(lines.get(1)).startsWith("terse", "3", "2", "0", "0", "2", "0");
    assertThat(lines.get(2)).startsWith("ticket", "1", "1", "0", "0", "1", "0");
    assertThat(lines.get(5)).startsWith("all", "6", "5", "0", "0", "5", "0");
    assertThat(screen.out())
        .contains(
            "answered by the grammar\n",
            "time p50 ",
            "requests.txt:8: asked, not set-limit acme search 20/1: acme 20\n");
  }

  @Test
  void givesProgramsTheSame() {
    assertThat(evaluate("--json")).as(screen.err()).isZero();

    var report = screen.json();
    assertThat(report.at("/all/requests").asInt()).isEqualTo(6);
    assertThat(report.at("/all/unasked").asInt()).isZero();
    assertThat(report.at("/all/wrong").asInt())
        .isGreaterThan(20)
        .isEqualTo(report.at("/all/caught").asInt());
    assertThat(report.at("/kinds")).hasSize(4);
    assertThat(report.at("/corruptions/service dropped/0").asInt()).isEqualTo(2);
    assertThat(report.at("/others/0/line").asInt()).isEqualTo(8);
    assertThat(report.at("/others/0/unasked").asBoolean(true)).isFalse();
    assertThat(report.at("/p99_ms").asDouble())
        .isGreaterThanOrEqualTo(report.at("/p50_ms").asDouble());
  }

  @Test
  void endsWithAnotherCodeWhereSomethingIsPlannedThatNobodyAskedFor() {
    screen.write("requests.txt", "terse | acme search 20 rps | set-limit acme search 30/1\n");

    assertThat(evaluate()).isEqualTo(8);
    assertThat(screen.out()).contains("requests.txt:1: set-limit acme search 20/1, not set-limit");
    assertThat(evaluate("--json")).isEqualTo(8);
    assertThat(screen.json().at("/all/unasked").asInt()).isEqualTo(1);
  }

  @Test
  void readsTimesInTheZoneThatItIsGiven() {
    screen.write("requests.txt", SET.formatted("+01:00"));

    assertThat(evaluate("--zone", "Europe/Berlin", "--json")).as(screen.err()).isZero();
    assertThat(screen.json().at("/all/exact").asInt()).isEqualTo(5);
  }

  @Test
  void givesTheSameEachTimeButForTheTime() {
    evaluate("--json");
    String first = screen.out().replaceAll("_ms\" : [0-9.E-]+", "");
    evaluate("--json");

    assertThat(screen.out().replaceAll("_ms\" : [0-9.E-]+", "")).isEqualTo(first);
  }

  @Test
  void namesEachLineThatIsNoRequest() {
    screen.write(
        "requests.txt",
        """
        terse | acme search 20 rps
        terse |  | asked
        terse | acme 20 | plan it
        question | who? | question everything
        terse | acme 20 | asked | twice
        """);

    assertThat(evaluate()).isEqualTo(2);
    assertThat(screen.out()).isEmpty();
    assertThat(screen.err().lines().toList())
        .hasSize(5)
        .allSatisfy(line -> assertThat(line).startsWith("deployclaw: requests.txt: line "));
    assertThat(screen.err())
        .contains(
            "line 1: write: kind | request | outcome",
            "line 3: \"plan\" is no outcome; begin with one of asked, refused, question, set-limit",
            "line 4: a question is about one of limits, usage");
  }

  @ParameterizedTest
  @CsvSource({
    "none.txt, requests.txt can't be read",
    "bytes.txt, isn't UTF-8",
    "huge.txt, has more than 4194304 bytes",
    "empty.txt, it has no request",
  })
  void saysWhatIsWrongWithAFile(String name, String problem) throws Exception {
    Files.write(folder.resolve("bytes.txt"), new byte[] {(byte) 0xff, 0, 1});
    screen.write("huge.txt", "#".repeat(5 << 20));
    screen.write("empty.txt", "# nothing\n");

    int exit = screen.run("evaluate", name, "--inventory", "estate.yaml");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err()).contains(problem.replace("requests.txt", name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--rules --model",
        "--rules --replay a.json",
        "--record a.json --replay a.json",
        "--answers a.jsonl",
        "--record a.json --answers a.jsonl",
        "--now tomorrow",
        "--zone Mars",
        "--price cheap",
        "--model",
        "--replay none.json",
      })
  void refusesWhatItCanNotDo(String options) {
    assertThat(evaluate(options.split(" ", -1))).isEqualTo(2);
    assertThat(screen.out()).isEmpty();
    assertThat(screen.err().lines().toList().getLast()).startsWith("deployclaw: ");
  }

  @Test
  void showsItsProgressOnATerminalOnly() {
    evaluate();
    assertThat(screen.err()).doesNotContain("%");

    screen.runOn(OutputMode.TERMINAL, command());
    assertThat(screen.err()).contains("] 50%", "] 100%");
    assertThat(screen.out()).startsWith("kind ").doesNotContain("%");
  }

  private int evaluate(String... more) {
    return screen.run(command(more));
  }

  private static String[] command(String... more) {
    var first =
        Stream.of(
            "evaluate",
            "requests.txt",
            "--inventory",
            "estate.yaml",
            "--now",
            "2026-11-29T12:00:00Z");
    return Stream.concat(first, Stream.of(more)).toArray(String[]::new);
  }
}
