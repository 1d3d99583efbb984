package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.evaluation.RequestCase;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The same requests give the same bytes, questions and suggestions included. */
class ReadingDeterminismTest {
  private static final int RUNS = 100;
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private static final String FRESH = "fresh-2026-11-29.txt";

  /** Prints the hash of what the runs read, for a comparison of two processes. */
  public static void main(String[] none) {
    System.out.print(quick());
  }

  @Test
  void twoRunsGiveTheSameBytes() {
    assertThat(Stream.generate(ReadingDeterminismTest::quick).limit(2).distinct()).hasSize(1);
  }

  @Test
  @Slow(
      guard = "dev.deployclaw.core.language.ReadingDeterminismTest#twoRunsGiveTheSameBytes",
      because = "it reads huge requests twice")
  void twoRunsOfAllGiveTheSameBytes() {
    assertThat(Stream.generate(ReadingDeterminismTest::hash).limit(2).distinct()).hasSize(1);
  }

  @Test
  @Slow(
      guard = "dev.deployclaw.core.language.ReadingDeterminismTest#twoRunsGiveTheSameBytes",
      because = "it reads a set a hundred times")
  void aHundredRunsAndAnotherProcessGiveTheSameBytes() throws Exception {
    var hashes = Stream.generate(ReadingDeterminismTest::quick).limit(RUNS).distinct().toList();

    var program = JavaProgram.words(List.of(), ReadingDeterminismTest.class);
    var other = CommandRunner.of(program).within(LONGEST).run();
    assertThat(other.exit()).as(other.err()).isZero();
    assertThat(hashes).containsExactly(other.out());
  }

  /** All of it; huge requests take most of the time. */
  private static String hash() {
    return hash(List.of(FRESH, "blind-2026-11-29-g.txt"), BadRequest.all());
  }

  private static String quick() {
    return hash(
        List.of(FRESH),
        BadRequest.all().stream().filter(bad -> !bad.kind().equals("huge")).toList());
  }

  private static String hash(List<String> files, List<BadRequest> bad) {
    var texts =
        files.stream()
            .flatMap(file -> cases(file).stream())
            .map(c -> new GrammarInterpreter().read(request(c.request()), Corpus.SAMPLES));
    var answers = Stream.concat(texts, bad.stream().map(BadRequest::read));
    String all = answers.map(String::valueOf).collect(Collectors.joining("\n"));
    return CanonicalJson.sha256(all.getBytes(StandardCharsets.UTF_8));
  }

  private static TaskRequest request(String text) {
    return new TaskRequest(text, "somebody", BadRequest.NOW);
  }

  static List<RequestCase> cases(String file) {
    try (var in = ReadingDeterminismTest.class.getResourceAsStream(file)) {
      var text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return RequestCase.read(text).cases();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
