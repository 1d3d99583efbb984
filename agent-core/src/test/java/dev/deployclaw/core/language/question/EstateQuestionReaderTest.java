package dev.deployclaw.core.language.question;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.Inquiry;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.NameInventoryFile;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.task.TaskRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EstateQuestionReaderTest {
  /** A Sunday. */
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

  private static final NameInventory NAMES =
      NameInventoryFile.read(
              Map.of(
                  "tenants",
                  Map.of(
                      "acme",
                      Map.of("tier", "gold"),
                      "stark",
                      Map.of("tier", "gold"),
                      "umbrella",
                      Map.of("tier", "silver"),
                      "wonka",
                      Map.of()),
                  "services",
                  List.of("search", "orders")))
          .inventory();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          why is acme being throttled?                         | explain | {tenants=[acme]}
          why did arch-2026-11-29-rate-limit-003 fail?         | explain | {execution=arch-2026-11-29-rate-limit-003}
          Somebody fiddled with acme's limits. Who was it, and what did they change? | history | {tenants=[acme]}
          acme sees 429s. How come?                            | explain | {tenants=[acme]}
          suppose we took acme down to half, who would be hit? | impact  | {tenants=[acme], change=set acme down to half}
          I'd like to know whether anything waits for an approval | status | {}
          who changed umbrella's limit last?                   | history | {tenants=[umbrella], rows=1}
          when was stark's limit last changed?                 | history | {tenants=[stark], rows=1}
          show me the last 5 changes                           | history | {rows=5}
          what changed yesterday?                              | history | {since=2026-11-28T00:00:00Z, until=2026-11-29T00:00:00Z}
          what changed since monday?                           | history | {since=2026-11-23T00:00:00Z}
          what changed on 2026-11-20?                          | history | {since=2026-11-20T00:00:00Z, until=2026-11-21T00:00:00Z}
          what changed in the last 2 hours?                    | history | {since=2026-11-29T10:00:00Z}
          who changed acme's limit last week?                  | history | {tenants=[acme], since=2026-11-16T00:00:00Z, until=2026-11-23T00:00:00Z}
          did anything change overnight?                       | history | {since=2026-11-28T18:00:00Z, until=2026-11-29T09:00:00Z}
          how close is stark to its limit?                     | usage   | {tenants=[stark]}
          how close are gold tenants to their limit on search? | usage   | {tenants=[acme, stark], service=search}
          who is being throttled?                              | usage   | {}
          top 5 tenants by usage                               | usage   | {rows=5}
          would GET /v2/items for acme pass?                   | check   | {tenants=[acme], method=GET, path=/v2/items}
          can acme call POST /v1/orders right now?             | check   | {tenants=[acme], method=POST, path=/v1/orders}
          what is pending?                                     | status  | {}
          is acme blocked?                                     | limits  | {tenants=[acme]}
          which tenants are blocked?                           | limits  | {}
          what would happen if I halved wonka?                 | impact  | {tenants=[wonka], change=halve wonka}
          what if we doubled acme's limit on search?           | impact  | {tenants=[acme], service=search, change=double acme's limit on search}
          what would happen if stark was blocked?              | impact  | {tenants=[stark], change=block stark}
          what is the impact of halving acme's search limit?   | impact  | {tenants=[acme], service=search, change=halve acme's search limit}
          what would happen to acme if we halved their search limit? | impact | {tenants=[acme], service=search, change=halve acme's search limit}
          what would happen to acme's traffic if we blocked it?? | impact  | {tenants=[acme], change=block acme}
          what would happen to acme if we halved stark's limit? | impact  | {tenants=[acme, stark], change=halve stark's limit}
          """)
  void readsTopicAndArguments(String question, String topic, String arguments) {
    var read = ((Inquiry) read(question)).question();

    assertThat(read.topic().word()).isEqualTo(topic);
    assertThat(read.arguments()).hasToString(arguments);
    assertThat(EstateQuestionReader.mayAsk(question)).isTrue();
    assertThat(EstateQuestion.of(topic, read.arguments(), NAMES)).isEqualTo(read);
  }

  @Test
  void countsDaysInItsZone() {
    var request = new TaskRequest("what changed today?", "ann", NOW);

    var read = new GrammarInterpreter(ZoneId.of("Asia/Tokyo")).read(request, NAMES);

    assertThat(((Inquiry) read).question().arguments()).hasToString("{since=2026-11-28T15:00:00Z}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          what is acme's limit on search? | limits | {tenants=[acme], service=search}
          list gold tenants' limits       | limits | {tenants=[acme, stark]}
          list the limits of all tenants  | limits | {}
          any drift?                      | drift  | {}
          """)
  void aLookInWordsIsAQuestionToo(String request, String topic, String arguments) {
    var look = EstateQuestion.of(((Planned) read(request)).intent(), NAMES).orElseThrow();

    assertThat(look.topic().word()).isEqualTo(topic);
    assertThat(look.arguments()).hasToString(arguments);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "block acme",
        "set acme's limit on search to 20 rps",
        "what would happen if acme got 90 rps on search?",
        "check drift after my approval",
        "could acme's limit on search be removed?",
        "can the last change be rolled back?",
        "could you raise acme's limit on search?",
        "acme is slow. Could somebody give them more headroom?",
        "why is acme slow, set it to 20 rps on search",
        "why is acme slow? set it to 20 rps on search",
        "who changed acme? block stark.",
        "who changed acme, block stark",
        "why is acme slow, then block it"
      })
  void whatSetsSomethingIsNone(String request) {
    assertThat(read(request)).isNotInstanceOf(Inquiry.class);
    if (read(request) instanceof Planned(var intent)) {
      assertThat(EstateQuestion.of(intent, NAMES)).isEmpty();
    }
  }

  @Test
  void eachQuestionOfTheSetsMayBeOne() throws IOException {
    for (String file : List.of("fresh-2026-11-29.txt", "blind-2026-11-29-g.txt")) {
      try (var in = Interpretation.class.getResourceAsStream(file)) {
        new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .map(line -> line.split(" \\| ", -1))
            .filter(row -> row[0].equals("question"))
            .forEach(row -> assertThat(EstateQuestionReader.mayAsk(row[1])).as(row[1]).isTrue());
      }
    }
  }

  @Test
  void refusesArgumentsThatAreUnknown() {
    assertThat(EstateQuestion.of("usage", Map.of("tenants", List.of("acme"), "rows", 3), NAMES))
        .isEqualTo(
            new EstateQuestion(
                EstateQuestion.Topic.USAGE,
                EstateQuestion.Scope.of(List.of("acme"), Optional.empty()),
                3));
    refused("delete", Map.of(), "a question has no such topic: delete");
    refused("usage", Map.of("tenants", List.of("nobody")), "no tenant: nobody");
    refused("usage", Map.of("service", "payroll"), "no service: payroll");
    refused("usage", Map.of("rows", 1000), "rows: 1000 is not from 1 to 50");
    refused("usage", Map.of("rows", "all"), "a question has no such argument: rows");
    refused("history", Map.of("since", "yesterday"), "since is no instant: yesterday");
    refused("check", Map.of("path", "items"), "a request has a method and a path, as GET /search");
    refused("check", Map.of("command", "rm"), "a question has no such argument: command");
  }

  private static void refused(String topic, Map<String, ?> arguments, String why) {
    assertThatThrownBy(() -> EstateQuestion.of(topic, arguments, NAMES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(why);
  }

  private static Interpretation read(String request) {
    return new GrammarInterpreter().read(new TaskRequest(request, "ann", NOW), NAMES);
  }
}
