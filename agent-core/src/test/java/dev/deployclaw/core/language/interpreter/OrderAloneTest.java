package dev.deployclaw.core.language.interpreter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.gate.ApprovalTrigger.Source;
import dev.deployclaw.core.language.Corpus;
import dev.deployclaw.core.language.IntentProposal;
import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.core.language.IntentProposal.Cost;
import dev.deployclaw.core.language.IntentProposer;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.InterpretedRequest;
import dev.deployclaw.core.language.evaluation.OutcomeText;
import dev.deployclaw.core.task.TaskRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ticket whose order is clear, and not all beside it: its plan waits, and says why. */
class OrderAloneTest {
  private static final String TICKET =
      "SEC-0982. A contoso service key turned up in a public gist. Cut contoso off for the next 3"
          + " hours while they rotate. I'll open a follow-up for the postmortem.";

  private final GrammarInterpreter grammar = new GrammarInterpreter();

  @Test
  void waitsForAnApprovalOfOurSentenceWithTheWordsThatItLeavesOut() {
    var read = interpret(TICKET);

    assertThat(OutcomeText.of(read.interpretation())).isEqualTo("block contoso ~10800");
    assertThat(read.demands())
        .singleElement()
        .satisfies(demand -> {
          assertThat(demand.source()).isEqualTo(Source.ORDER_ALONE);
          assertThat(demand.why())
              .contains("block contoso", "not used of your words", "postmortem");
        });
  }

  @Test
  void isNoPlanByTheGrammarForSure() {
    assertThat(grammar.read(request(TICKET), Corpus.SAMPLES))
        .isInstanceOf(NeedsClarification.class);
  }

  /** What could change the order is asked about, whoever would approve it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "A key leaked. Cut contoso off for the next 3 hours. Unless they object, of course.",
        "A key leaked. Cut contoso off for the next 3 hours. Or was it fabrikam's?",
        "A key leaked. Cut contoso off for the next 3 hours. That's from then on.",
        "A key leaked. Cut contoso off for the next 3 hours. Dana has to sign it off first.",
        "A key leaked. Cut contoso off for the next 3 hours. Scratch that, sorry folks.",
        "Some load. Set contoso orders to 20 per second. Fabrikam gets 30 then.",
        "Some load. Set contoso orders to 20 per second. It should be 30 by the contract."
      })
  void asksAboutWhatBinds(String ticket) {
    assertThat(interpret(ticket).interpretation()).isNotInstanceOf(Planned.class);
  }

  /** In one short sentence there is no background: a word that isn't known is asked about. */
  @ParameterizedTest
  @ValueSource(
      strings = {"block contoso lol", "bumpify contoso orders to 30 rps", "block contoso 👎"})
  void leavesNothingOutOfAnOrderByItself(String order) {
    assertThat(interpret(order).interpretation()).isInstanceOf(NeedsClarification.class);
  }

  /** Stories that bend an order in words that only people understand: so many are shown to one. */
  @Test
  void holdsStoriesAndLetsNoneGoOn() throws IOException {
    var plans =
        lines("stories-without-order.txt").stream()
            .map(story -> new TaskRequest(story, "somebody", Instant.EPOCH))
            .map(story -> grammar.interpret(story, Corpus.SAMPLES))
            .filter(read -> read.interpretation() instanceof Planned)
            .toList();

    assertThat(plans).allMatch(r -> !r.demands().isEmpty());
    assertThat(plans).hasSizeLessThan(280);
  }

  @Test
  void aModelThatReadsTheSameChangesNothing() {
    Map<String, Object> said =
        Map.of(
            "operation",
            "block",
            "changes",
            List.of(Map.of("tenants", List.of("contoso"))),
            "schedule",
            Map.of("revertAfterSeconds", 10_800));
    var read =
        beside(
            new Answer.Intended(said, List.of("Cut contoso off for the next 3 hours"), List.of()));

    assertThat(read.facts()).containsEntry("comparison", "equal");
    assertThat(read.demands())
        .extracting(ApprovalTrigger::source)
        .containsExactly(Source.ORDER_ALONE);
  }

  @Test
  void aModelThatIsSilentLeavesTheHold() {
    assertThat(beside(new Answer.Silent("down")).demands())
        .extracting(ApprovalTrigger::source)
        .containsExactly(Source.ORDER_ALONE);
  }

  @Test
  void aModelThatWouldAskIsHeard() {
    assertThat(beside(new Answer.Asked(List.of("Which key?"))).interpretation())
        .isInstanceOfSatisfying(
            NeedsClarification.class,
            asked -> assertThat(asked.texts()).containsExactly("Which key?"));
  }

  private InterpretedRequest beside(Answer answer) {
    IntentProposer model =
        (_, _) -> new IntentProposal(answer, new Cost("scripted", 1, 0, 0, List.of()));
    return new CheckedInterpreter(grammar, model).interpret(request(TICKET), Corpus.SAMPLES);
  }

  private InterpretedRequest interpret(String text) {
    return grammar.interpret(request(text), Corpus.SAMPLES);
  }

  private static TaskRequest request(String text) {
    return new TaskRequest(text, "somebody", Instant.parse("2026-11-29T12:00:00Z"));
  }

  private static List<String> lines(String file) throws IOException {
    try (var in = Corpus.class.getResourceAsStream(file)) {
      var text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().map(line -> line.replace("\\n", "\n")).toList();
    }
  }
}
