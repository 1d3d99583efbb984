package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.conversation.ConversationReading;
import dev.deployclaw.core.language.evaluation.OutcomeText;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.task.Conversation;
import dev.deployclaw.core.task.TaskRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Each dialogue ends as its file says, and none in a plan that wasn't asked for. */
class DialoguesTest {
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
  private static final Pattern LATER = Pattern.compile("\\[(\\d+) ([mh])] (.*)");

  private record Dialogue(String kind, List<String> turns, String expected) {}

  @Test
  void dialoguesComeToWhatIsMeant() throws IOException {
    Map<String, int[]> table = new TreeMap<>();
    List<String> other = new ArrayList<>();
    for (Dialogue dialogue : dialogues()) {
      String came = outcome(talk(dialogue.turns()));
      var row = table.computeIfAbsent(dialogue.kind(), k -> new int[2]);
      row[0]++;
      row[1] += came.equals(dialogue.expected()) ? 1 : 0;
      if (!came.equals(dialogue.expected())) {
        other.add(dialogue.turns() + " came to " + came + ", not " + dialogue.expected());
      }
    }
    table.forEach((kind, row) -> System.out.printf("%-12s %3d of %3d%n", kind, row[1], row[0]));
    assertThat(other).isEmpty();
    assertThat(table.values().stream().mapToInt(row -> row[0]).sum()).isGreaterThanOrEqualTo(100);
  }

  @Test
  void eachValueNamesTheTurnThatItComesFrom() {
    var reading = talk(List.of("set contoso's orders limit to 300", "per minute"));

    var intent = ((Interpretation.Planned) reading.understanding().interpretation()).intent();
    assertThat(reading.request().text()).isEqualTo("set contoso's orders limit to 300 per minute");
    assertThat(intent.grounding())
        .extracting(g -> g.value() + ": " + g.rule())
        .containsExactly(
            "contoso: tenant, turn 1",
            "orders: service, turn 1",
            "300: number, turn 1",
            "60: duration, turn 2");
  }

  @Test
  void aConversationHasABound() {
    var turns = new ArrayList<>(List.of("block"));
    turns.addAll(Collections.nCopies(ConversationReading.MOST_TURNS, "hm"));

    assertThat(outcome(talk(turns))).isEqualTo("refused");
  }

  private static List<Dialogue> dialogues() throws IOException {
    try (var in = DialoguesTest.class.getResourceAsStream("conversation/dialogues.txt")) {
      var text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" \\| ", 3))
          .map(part -> new Dialogue(part[0], List.of(part[1].split(" / ", -1)), part[2]))
          .toList();
    }
  }

  private static ConversationReading talk(List<String> turns) {
    var at = NOW;
    var before = Conversation.NONE;
    var readings = new ArrayList<ConversationReading>();
    for (String turn : turns) {
      var later = LATER.matcher(turn);
      boolean waits = later.matches();
      if (waits) {
        long much = Long.parseLong(later.group(1));
        boolean hours = later.group(2).equals("h");
        at = at.plus(hours ? Duration.ofHours(much) : Duration.ofMinutes(much));
      }
      var request = new TaskRequest(waits ? later.group(3) : turn, "somebody", at).after(before);
      readings.add(ConversationReading.of(request, Corpus.SAMPLES, new GrammarInterpreter()));
      before = readings.getLast().next();
    }
    return readings.getLast();
  }

  private static String outcome(ConversationReading reading) {
    return OutcomeText.of(reading.understanding().interpretation());
  }
}
