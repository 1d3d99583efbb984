package dev.deployclaw.container.llm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.container.cli.CommandLineFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers recorded from a provider, or by hand, and replayed through the whole path. */
class ModelCassetteTest {
  private static final String SET =
      """
      terse | %s | set-limit acme search 20/1
      unsafe | flush redis | refused
      """
          .formatted(ModelReadings.CLEAR);
  private static final String CONFIGURATION =
      """
      stateDir: state
      etcd: {endpoints: ["http://127.0.0.1:1"]}
      redis: {nodes: ["127.0.0.1:1"]}
      s3: {endpoint: "http://127.0.0.1:1", bucket: checkpoints, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:1"}
      """;

  @TempDir Path folder;
  @AutoClose private final ScriptedProvider provider = new ScriptedProvider();
  private CommandLineFixture screen;

  @BeforeEach
  void estate() {
    screen = new CommandLineFixture(folder);
    screen.write("estate.yaml", "tenants: {acme: {}, globex: {}}\nservices: [checkout, search]\n");
    screen.write("requests.txt", SET);
  }

  @Test
  void replaysWhatWasRecordedWithoutANetwork() throws IOException {
    recordAndReplay();
  }

  private void recordAndReplay() throws IOException {
    configure();
    provider.says(ModelReadings.setLimit("acme", 20));
    assertThat(evaluate("--record", "tape.json", "--price", "1000/1000")).as(screen.err()).isZero();
    String recorded = screen.out();
    provider.close();

    assertThat(evaluate("--replay", "tape.json", "--price", "1000/1000")).as(screen.err()).isZero();

    assertThat(timeless(screen.out()))
        .isEqualTo(timeless(recorded))
        .contains("answered by m1: 1 calls, ", "its readings: equal 1", ", cost 0.");
    assertThat(provider.bodies()).hasSize(1);
    var tape = json("tape.json");
    assertThat(tape.get("answered_by").asText()).isEqualTo("m1");
    assertThat(tape.get("when").asText()).matches("20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
    assertThat(tape.get("prompt_sha256").asText()).hasSize(64);
    assertThat(tape.get("answers")).hasSize(1);
  }

  @Test
  void asksAgainOnlyForWhatItLacks() throws IOException {
    configure();
    provider.says(ModelReadings.setLimit("acme", 20));
    evaluate("--record", "tape.json");
    screen.write("requests.txt", SET + "terse | set globex to 20 rps on search | asked\n");
    provider.says(Map.of("outcome", "needs-clarification", "questions", List.of("Why?")));

    evaluate("--record", "tape.json");

    assertThat(provider.bodies()).hasSize(2);
    assertThat(json("tape.json").get("answers")).hasSize(2);
  }

  @Test
  void takesAnswersThatAreGivenByHand() throws IOException {
    assertThat(evaluate("--record", "tape.json")).isEqualTo(3);
    assertThat(screen.err()).contains("1 prompts wait in ", "tape.json.prompts.jsonl", "--answers");
    assertThat(screen.out()).isEmpty();
    assertThat(folder.resolve("tape.json")).doesNotExist();

    var prompt = json("tape.json.prompts.jsonl");
    assertThat(prompt.at("/messages/0/role").asText()).isEqualTo("system");
    assertThat(prompt.get("messages").toString()).contains(ModelReadings.CLEAR);
    assertThat(prompt.at("/schema/type").asText()).isEqualTo("object");
    answer(prompt.get("key").asText(), ModelReadings.setLimit("acme", 20));

    int exit =
        evaluate("--record", "tape.json", "--answers", "hand.jsonl", "--answered-by", "a person");

    assertThat(exit).as(screen.err()).isZero();
    assertThat(json("tape.json").get("answered_by").asText()).isEqualTo("a person");
    assertThat(evaluate("--replay", "tape.json")).as(screen.err()).isZero();
    assertThat(screen.out()).contains("answered by a person: 1 calls, 0 tokens");
  }

  /** What can't be read is asked about once more, and that is another prompt. */
  @Test
  void asksByHandForTheRepairToo() throws IOException {
    evaluate("--record", "tape.json");
    answer(json("tape.json.prompts.jsonl").get("key").asText(), Map.of("outcome", "perhaps"));

    int exit =
        evaluate("--record", "tape.json", "--answers", "hand.jsonl", "--answered-by", "a person");

    assertThat(exit).isEqualTo(3);
    var repair = json("tape.json.prompts.jsonl");
    assertThat(repair.get("messages").size()).isGreaterThan(2);
    answer(repair.get("key").asText(), ModelReadings.setLimit("acme", 20));
    assertThat(
            evaluate(
                "--record", "tape.json", "--answers", "hand.jsonl", "--answered-by", "a person"))
        .as(screen.err())
        .isZero();
    assertThat(json("tape.json").get("answers")).hasSize(2);
  }

  @Test
  void namesTheRequestThatHasNoRecordedAnswerAndAsksNobody() throws IOException {
    recordAndReplay();
    configure();
    screen.write("requests.txt", SET + "terse | set globex to 20 rps on search | asked\n");

    assertThat(evaluate("--replay", "tape.json")).isEqualTo(2);

    assertThat(screen.err())
        .contains("requests.txt:3: the cassette has no answer to it; record it with --record");
    assertThat(screen.out()).isEmpty();
    assertThat(provider.bodies()).hasSize(1);
  }

  @Test
  void saysThatThePromptIsNotTheRecordedOne() throws IOException {
    recordAndReplay();
    String tape = Files.readString(folder.resolve("tape.json"));
    String key = json("tape.json").get("answers").fieldNames().next();
    screen.write(
        "tape.json",
        tape.replace(json("tape.json").get("prompt_sha256").asText(), "0".repeat(64))
            .replace(key, "1".repeat(64)));

    assertThat(evaluate("--replay", "tape.json")).isEqualTo(2);

    assertThat(screen.err())
        .contains("requests.txt:1: the cassette was recorded with prompt 000000000000, and");
  }

  @Test
  void keepsTheAnswersOfTwoModelsApart() throws IOException {
    recordAndReplay();
    answer("0".repeat(64), "{}");

    int exit =
        evaluate("--record", "tape.json", "--answers", "hand.jsonl", "--answered-by", "a person");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err()).contains("tape.json has answers by m1, not by a person");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                | Missing creator property 'version'; record one
          []                                | is no cassette
          {"version": 2, "answered_by": "", "when": "", "prompt_sha256": "", "answers": {}} | version 2 is not 1
          {"version": 1, "answered_by": "", "when": "", "prompt_sha256": "", "answers": {}, "x": 1} | Unrecognized field
          {"version": 1, "version": 1       | Duplicate field
          """)
  void refusesADamagedCassette(String text, String problem) {
    screen.write("tape.json", text);

    assertThat(evaluate("--replay", "tape.json")).isEqualTo(2);

    assertThat(screen.err()).contains("tape.json", problem, "record");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nonsense         | hand.jsonl:2 isn't JSON
          {"key": "a"}     | hand.jsonl:2 lacks key or answer
          {"answer": {}}   | hand.jsonl:2 lacks key or answer
          """)
  void namesTheLineThatIsNoAnswer(String line, String problem) {
    screen.write("hand.jsonl", "\n" + line + "\n");

    int exit =
        evaluate("--record", "tape.json", "--answers", "hand.jsonl", "--answered-by", "a person");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err()).contains(problem);
    assertThat(folder.resolve("tape.json")).doesNotExist();
  }

  @Test
  void saysThatAModelNeverAnswered() {
    configure();
    provider.close();

    assertThat(evaluate("--model")).isEqualTo(10);
    assertThat(screen.out()).contains("its readings: silent 1");
  }

  private void configure() {
    screen.write(
        "deployclaw.yaml",
        CONFIGURATION
            + "model: {provider: openai, url: \"%s\", name: m1}\n".formatted(provider.url()));
  }

  private void answer(String key, Object answer) {
    var line = Map.of("key", key, "answer", answer);
    screen.write("hand.jsonl", ScriptedProvider.json(line) + "\n");
  }

  private JsonNode json(String name) throws IOException {
    return CommandLineFixture.json(Files.readString(folder.resolve(name)));
  }

  private static String timeless(String report) {
    return report.lines().filter(l -> !l.startsWith("time ")).toList().toString();
  }

  private int evaluate(String... more) {
    var first = Stream.of("evaluate", "requests.txt", "--inventory", "estate.yaml");
    var fixed = Stream.of("--now", "2026-11-29T12:00:00Z");
    return screen.run(
        Stream.of(first, fixed, Stream.of(more)).flatMap(s -> s).toArray(String[]::new));
  }
}
