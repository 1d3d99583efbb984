package dev.deployclaw.core.language.interpreter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.deployclaw.core.language.Corpus;
import dev.deployclaw.core.language.IntentJson;
import dev.deployclaw.core.language.IntentJsonReader;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.Inquiry;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.Interpretation.Refused;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.NameInventoryFile;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests as people type them, each with the exact intent that it must give. */
class GrammarInterpreterTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final NameInventory INVENTORY = Corpus.SAMPLES;

  private final GrammarInterpreter planner = new GrammarInterpreter();

  /** One line of a case file: a request and what must come of it; absent parts are empty. */
  record Case(String request, JsonNode expected) {
    @Override
    public String toString() {
      return request;
    }
  }

  static Stream<Case> samples() {
    return cases("samples.jsonl");
  }

  static Stream<Case> cases() {
    return cases("cases.jsonl");
  }

  @ParameterizedTest
  @MethodSource("samples")
  void understandsThePublishedSamples(Case sample) {
    assertThat(said(sample.request())).isEqualTo(sample.expected());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void understandsWhatPeopleType(Case sample) {
    assertThat(said(sample.request())).isEqualTo(sample.expected());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void groundsEveryValueInTheRequest(Case sample) {
    if (!(interpret(sample.request()) instanceof Planned(Intent intent))) {
      return;
    }
    var grounded = intent.grounding().stream().map(Intent.Grounding::value).toList();
    for (String value : values(JSON.valueToTree(IntentJson.of(intent).get("changes")))) {
      assertThat(grounded).as(sample.request()).contains(value);
    }
    assertThat(intent.grounding())
        .allSatisfy(g -> {
          assertThat(g.from()).isNotNegative().isLessThan(g.to());
          assertThat(g.to()).isLessThanOrEqualTo(sample.request().length());
        });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void readsItsOwnJsonBack(Case sample) throws IOException {
    if (!(interpret(sample.request()) instanceof Planned(Intent intent))) {
      return;
    }
    var json = new TreeMap<>(IntentJson.of(intent));
    json.put("grounding", IntentJson.grounding(intent));
    var canonical = new TreeMap<>(IntentJson.canonical(intent));
    canonical.put("grounding", IntentJson.grounding(intent));

    assertThat(IntentJsonReader.read(json)).isEqualTo(intent);
    assertThat(IntentJsonReader.read(canonical)).isEqualTo(intent);
  }

  @Test
  void reportsACorrectedName() {
    var planned = (Planned) interpret("northwnd: 80 rps on ordres");

    assertThat(planned.intent().grounding())
        .contains(
            new Intent.Grounding("northwind", 0, 8, "typo"),
            new Intent.Grounding("orders", 20, 26, "typo"));
  }

  @Test
  void asksWhereTwoNamesAreClose() {
    var inventory =
        NameInventoryFile.read(
                Map.of(
                    "tenants",
                    Map.of("globex1", Map.of(), "globex2", Map.of()),
                    "services",
                    List.of("orders")))
            .inventory();

    var asked = planner.read(request("globex: 5 rps on orders"), inventory);

    assertThat(((NeedsClarification) asked).texts())
        .contains("\"globex\" could be globex1 or globex2. Which one?");
  }

  @Test
  void takesANameForANameThoughItIsAWord() {
    var inventory =
        NameInventoryFile.read(
                Map.of(
                    "tenants",
                    Map.of("all", Map.of(), "search", Map.of(), "3m", Map.of()),
                    "services",
                    List.of("search", "check")))
            .inventory();

    assertThat(intent("set tenant all to 5 rps on check", inventory).changes().getFirst().who())
        .satisfies(who -> assertThat(who.tenants()).containsExactly("all"));
    assertThat(intent("set 3m's limit on search to 5 rps", inventory).changes().getFirst())
        .satisfies(c -> assertThat(c.service()).contains("search"))
        .satisfies(c -> assertThat(c.who().tenants()).containsExactly("3m"));
  }

  @Test
  void neverGuessesWithAnEmptyInventory() {
    var empty = NameInventoryFile.read(Map.of()).inventory();

    assertThat(planner.read(request("limit contoso to 5 rps on orders"), empty))
        .isInstanceOf(NeedsClarification.class);
    assertThat(planner.read(request("Orchestrate the rate limit policies"), empty))
        .isInstanceOf(Planned.class);
  }

  @Test
  void reportsProblemsOfAnInventory() {
    var reading =
        NameInventoryFile.read(
            Map.of("tenants", List.of(), "services", List.of("Bad Name"), "colour", "red"));

    assertThat(reading.problems()).hasSize(3);
  }

  private Intent intent(String text, NameInventory inventory) {
    return ((Planned) planner.read(request(text), inventory)).intent();
  }

  private Interpretation interpret(String text) {
    return planner.read(request(text), INVENTORY);
  }

  private static TaskRequest request(String text) {
    return new TaskRequest(text, "somebody", Instant.EPOCH);
  }

  /** The interpretation in the form of a case: empty parts left out, numbers as JSON has them. */
  private JsonNode said(String request) {
    var out = new TreeMap<String, Object>();
    switch (interpret(request)) {
      case Planned(Intent intent) -> {
        out.put("outcome", "planned");
        IntentJson.of(intent).forEach((key, part) -> putUnlessEmpty(out, key, part));
      }
      case Inquiry _, NeedsClarification _ -> out.put("outcome", "needs-clarification");
      case Refused(String _) -> out.put("outcome", "refused");
    }
    out.put("request", request);
    return Corpus.parse(Corpus.write(out));
  }

  private static void putUnlessEmpty(Map<String, Object> out, String key, Object part) {
    boolean empty =
        (part instanceof Map<?, ?> map && map.isEmpty())
            || (part instanceof List<?> list && list.isEmpty());
    if (!empty) {
      out.put(key, part);
    }
  }

  private static List<String> values(JsonNode node) {
    var out = new ArrayList<String>();
    if (node.isContainerNode()) {
      node.forEach(child -> out.addAll(values(child)));
    } else if (!node.isBoolean()) {
      out.add(node.isNumber() ? node.decimalValue().toPlainString() : node.asText());
    }
    return out;
  }

  private static Stream<Case> cases(String file) {
    try (var in = Corpus.class.getResourceAsStream(file)) {
      var text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().map(Corpus::parse).map(n -> new Case(n.get("request").asText(), n));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
