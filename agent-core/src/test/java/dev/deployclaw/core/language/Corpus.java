package dev.deployclaw.core.language;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.core.language.Interpretation.Inquiry;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.Interpretation.Refused;
import dev.deployclaw.core.language.coverage.ReadingJudge;
import dev.deployclaw.core.language.coverage.ReadingJudge.Judgement;
import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Requests with what must come of them, written before the planner was asked. A third, chosen by a
 * hash of the request, was not looked at while most rules were written: only its score was read.
 */
public final class Corpus {
  static final NameInventory INVENTORY =
      NameInventoryFile.read(
              Map.of(
                  "tenants",
                  Map.of(
                      "acme", Map.of("tier", "gold", "region", "eu"),
                      "globex", Map.of("tier", "silver", "region", "us"),
                      "hooli", Map.of("tier", "silver", "region", "eu"),
                      "initech", Map.of("tier", "gold", "region", "us"),
                      "stark", Map.of("tier", "bronze", "region", "us"),
                      "umbrella", Map.of("tier", "bronze", "region", "eu"),
                      "wayne-enterprises", Map.of("tier", "gold", "region", "us")),
                  "services",
                  List.of("checkout", "search", "catalog", "billing", "login")))
          .inventory();

  /** The names that the samples and the later blind sets speak of. */
  public static final NameInventory SAMPLES =
      NameInventoryFile.read(
              Map.of(
                  "tenants",
                  Map.of(
                      "northwind", Map.of("tier", "premium"),
                      "contoso", Map.of("tier", "standard"),
                      "fabrikam", Map.of("tier", "standard")),
                  "services",
                  List.of("orders", "payments", "reports")))
          .inventory();

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int PARTS = 3;
  private static final Map<NameInventory, Map<String, Interpretation>> ANSWERS =
      new ConcurrentHashMap<>();

  private Corpus() {}

  /**
   * @param kind what it is a case of, for the report
   * @param outcome {@code planned}, {@code needs-clarification}, {@code refused}, or {@code
   *     not-planned} where a question and a refusal are both right
   * @param expected the intent without its grounding; empty unless planned
   */
  record Case(String kind, String request, String outcome, JsonNode expected) {
    boolean unseen() {
      try {
        byte[] digest =
            MessageDigest.getInstance("SHA-256").digest(request.getBytes(StandardCharsets.UTF_8));
        return Byte.toUnsignedInt(digest[0]) % PARTS == 0;
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    boolean planned() {
      return outcome.equals("planned");
    }
  }

  static List<Case> all() {
    return cases("corpus.jsonl");
  }

  static List<Case> cases(String file) {
    try (var in = Corpus.class.getResourceAsStream(file)) {
      var text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().map(Corpus::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A part of a file, chosen by a hash of each request: one of so many. */
  static List<Case> cases(String file, int every) {
    return cases(file).stream().filter(c -> isChosen(c.request(), every)).toList();
  }

  /** Whether a request is one of so many, chosen by its hash. */
  static boolean isChosen(String request, int every) {
    return Math.floorMod(request.hashCode(), every) == 0;
  }

  static Interpretation ask(String request) {
    return ask(request, INVENTORY);
  }

  static Interpretation ask(String request, NameInventory inventory) {
    return new GrammarInterpreter()
        .read(new TaskRequest(request, "somebody", Instant.EPOCH), inventory);
  }

  /** The same, read once in this JVM for all who ask. */
  static Interpretation answer(String request, NameInventory inventory) {
    return ANSWERS
        .computeIfAbsent(inventory, _ -> new ConcurrentHashMap<>())
        .computeIfAbsent(request, r -> ask(r, inventory));
  }

  /** What the judge says of a reading, where the grammar reads the request as a whole. */
  static Judgement judge(TaskRequest request, NameInventory inventory, Intent reading) {
    var grammar = RequestGrammar.of(request, inventory, ZoneOffset.UTC, new OpenQuestions());
    var _ = grammar.read();
    return ReadingJudge.judge(grammar, reading);
  }

  static boolean right(Case sample, Interpretation answer) {
    return switch (answer) {
      case Planned(Intent intent) -> sample.planned() && said(intent).equals(sample.expected());
      case Inquiry _, NeedsClarification _ ->
          sample.outcome().equals("needs-clarification") || sample.outcome().equals("not-planned");
      case Refused _ ->
          sample.outcome().equals("refused") || sample.outcome().equals("not-planned");
    };
  }

  /** How many of them come to what must come of them. */
  static long right(Stream<Case> cases, NameInventory inventory) {
    return cases.filter(c -> right(c, answer(c.request(), inventory))).count();
  }

  /** What is planned, and isn't what was meant. */
  static List<String> otherPlans(List<Case> cases, NameInventory inventory) {
    return cases.stream()
        .filter(c -> answer(c.request(), inventory) instanceof Planned plan && !right(c, plan))
        .map(c -> c.request() + " gave " + show(answer(c.request(), inventory)))
        .toList();
  }

  /** Whether it would change something that nobody asked for. */
  static boolean unsafe(Case sample, Interpretation answer) {
    return !sample.planned()
        && answer instanceof Planned(Intent intent)
        && intent.operation().changes()
        && !intent.guards().dryRun();
  }

  /** An intent in the form of a case: empty parts left out. */
  static JsonNode said(Intent intent) {
    var out = new TreeMap<String, Object>();
    IntentJson.of(intent)
        .forEach((key, part) -> {
          boolean empty =
              (part instanceof Map<?, ?> map && map.isEmpty())
                  || (part instanceof List<?> list && list.isEmpty());
          if (!empty) {
            out.put(key, part);
          }
        });
    return parse(write(out));
  }

  static String show(Interpretation answer) {
    return switch (answer) {
      case Planned(Intent intent) -> write(said(intent));
      case Inquiry(var question) -> "question " + question.topic().word();
      case NeedsClarification unclear -> "asked " + unclear.texts();
      case Refused(String reason) -> "refused: " + reason;
    };
  }

  private static Case read(String line) {
    var all = (ObjectNode) parse(line);
    all.properties().removeIf(part -> empty(part.getValue()));
    String kind = all.path("kind").asText();
    all.remove("kind");
    return new Case(kind, all.remove("request").asText(), all.remove("outcome").asText(), all);
  }

  private static boolean empty(JsonNode part) {
    return part.isContainerNode() && part.isEmpty();
  }

  /** A line of a set. */
  public static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
