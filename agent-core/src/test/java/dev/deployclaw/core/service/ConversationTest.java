package dev.deployclaw.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.Conversation;
import dev.deployclaw.core.task.TaskRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Questions that are answered later, by another call and another agent. */
class ConversationTest {
  private static final String ASKED = "set acme's orders limit to 300";

  private final FakeEstate world = new FakeEstate();

  @BeforeEach
  void begin() throws InterruptedException {
    world.planner = new GrammarInterpreter();
    var applied = world.run("apply the policies");
    assertThat(applied.result()).as(applied.reason()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void aQuestionIsAnObjectInTheOutcomeAndInTheLog() throws Exception {
    var asked = world.run(ASKED);

    assertThat(asked.exit()).isEqualTo(ExitCode.NEEDS_CLARIFICATION);
    var question = asked.clarifications().getFirst();
    assertThat(question.id()).isEqualTo("window-missing");
    assertThat(question.slot()).isEqualTo("window");
    assertThat(question.choices()).contains("per minute");
    assertThat(question.suggestion())
        .contains("set acme's orders limit to 300 requests per minute");
    assertThat(asked.questions())
        .isEqualTo(asked.clarifications().stream().map(ClarificationQuestion::text).toList());
    assertThat(world.log(asked.execution()))
        .contains("\"clarifications\":[{", "\"id\":\"window-missing\"");
  }

  /** To raise to 300 what has more is a slip of the number, or of the verb. */
  @Test
  void asksWhereTheNewValueGoesTheOtherWayThanTheVerb() throws Exception {
    var asked = world.run("raise acme's orders limit to 300 per minute");

    assertThat(asked.clarifications())
        .extracting(ClarificationQuestion::id)
        .containsExactly("direction");
    assertThat(asked.questions().getFirst())
        .matches("acme/\\S+ admits \\d+ in 1m now, so 300 in 1m would lower it: is that right\\?");
    var ended = answer(asked, "olivia", "yes", world.agentElsewhere());
    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(limit("acme")).isEqualTo("300 in 60 s");
  }

  @Test
  void tellsWhoseValueGoesTheOtherWayWhereTheNumbersAreEqual() throws Exception {
    var asked =
        world.run(
            "raise acme's orders limit to 300 per minute and lower zenith's orders limit"
                + " to 300 per minute");

    assertThat(asked.clarifications())
        .extracting(ClarificationQuestion::id)
        .containsExactly("direction");
  }

  /** The burst is a value of its own. */
  @ParameterizedTest
  @CsvSource({
    "raise acme's orders limit to 9000 per minute with a burst of 5, direction",
    "raise acme's orders limit to 9000 per minute with a burst of 90000, ''",
    "raise the burst of acme's orders limit to 5, direction",
    "raise the burst of acme's orders limit to 90000, ''",
    "lower acme's orders limit to 5 per minute with a burst of 90000, direction"
  })
  void asksWhereTheBurstGoesTheOtherWay(String request, String asked) throws Exception {
    var questions = world.run(request).clarifications();

    assertThat(questions)
        .extracting(ClarificationQuestion::id)
        .isEqualTo(asked.isEmpty() ? List.of() : List.of(asked));
  }

  @Test
  void asksNothingWhereItGoesThatWay() throws Exception {
    var ended = world.run("lower acme's orders limit to 300 per minute");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void openQuestionsAreListedForWhoMayAnswer() throws Exception {
    var first = world.run(ASKED);
    var second = world.run("set acme's orders limit to 400");
    assertThat(world.queries().asking("olivia"))
        .containsExactly(second.execution(), first.execution());

    answer(first, "olivia", "per minute", world.agent());

    assertThat(world.queries().asking("olivia")).containsExactly(second.execution());
    assertThat(world.queries().asking("somebody")).isEmpty();
  }

  @Test
  void anyAgentGoesOnWithTheAnswer() throws Exception {
    var asked = world.run(ASKED);

    var ended = answer(asked, "olivia", "per minute", world.agentElsewhere());

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(ended.execution()).isNotEqualTo(asked.execution());
    assertThat(limit("acme")).isEqualTo("300 in 60 s");
  }

  @Test
  void theLogNamesWhatIsContinuedAndHoldsAllTurns() throws Exception {
    var asked = world.run(ASKED);

    var ended = answer(asked, "olivia", "per minute", world.agent());

    assertThat(world.log(ended.execution()))
        .contains("\"continues\":\"" + asked.execution() + "\"")
        .contains("\"request\":\"per minute\"")
        .contains("\"text\":\"" + ASKED + "\"")
        .contains("set acme's orders limit to 300 per minute");
    assertThat(world.queries().history("acme", 1).changes().getFirst().request())
        .as("the whole, not the answer alone")
        .contains("set acme's orders limit to 300 per minute");
  }

  @Test
  void yesAcceptsTheSuggestionAsItStands() throws Exception {
    var ended = answer(world.run(ASKED), "olivia", "yes", world.agent());

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void oneQuestionAfterAnotherIsAskedAndNoneTwice() throws Exception {
    var first = world.run("limit acme on orders");
    var second = answer(first, "olivia", "300", world.agent());
    assertThat(second.exit()).as(second.reason()).isEqualTo(ExitCode.NEEDS_CLARIFICATION);
    assertThat(second.questions()).doesNotContain(first.questions().getFirst());

    var ended = answer(second, "olivia", "per minute", world.agent());

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void aQuestionIsAnsweredOnce() throws Exception {
    var asked = world.run(ASKED);
    var ended = answer(asked, "olivia", "per minute", world.agent());

    var again = answer(asked, "olivia", "per hour", world.agentElsewhere());

    assertThat(again.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(again.reason()).contains("was answered by " + ended.execution());
    assertThat(limit("acme")).isEqualTo("300 in 60 s");
  }

  @Test
  void whoTakesTheMarkFirstAnswers() throws Exception {
    var asked = world.run(ASKED);
    var mark = "{\"at\":0,\"by\":\"arch-2026-11-01-rate-limit-900\"}";
    world.store.put(StoreKeys.answered(asked.execution()), mark.getBytes(StandardCharsets.UTF_8));

    var ended = answer(asked, "olivia", "per minute", world.agent());

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains("arch-2026-11-01-rate-limit-900");
  }

  @Test
  void onlyWhoWasAskedAnswers() throws Exception {
    var asked = world.run(ASKED);

    var other = answer(asked, "mallory", "per minute", world.agent());

    assertThat(other.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(other.reason()).contains("only the requester");
    assertThat(answer(asked, "olivia", "per minute", world.agent()).result())
        .isEqualTo(ExecutionStatus.COMPLETED);
  }

  @Test
  void aLateAnswerIsRefused() throws Exception {
    var asked = world.run(ASKED);
    world.time.pass(ConversationFinder.LONGEST_OPEN.plusMinutes(1));

    var late = answer(asked, "olivia", "per minute", world.agent());

    assertThat(late.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(late.reason()).contains("older than an hour");
  }

  @Test
  void whatWasRefusedOrDoneHasNoQuestion() throws Exception {
    var refused = world.run("disable the audit log");
    var done = world.run("apply the policies");

    for (var over : new RequestOutcome[] {refused, done}) {
      var ended = answer(over, "olivia", "yes", world.agent());

      assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
      assertThat(ended.reason()).contains("has no question");
    }
  }

  @Test
  void noEndsIt() throws Exception {
    var ended = answer(world.run(ASKED), "olivia", "no", world.agent());

    assertThat(ended.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(ended.reason()).contains("its requester ended it");
    assertThat(answer(ended, "olivia", "per minute", world.agent()).reason())
        .contains("has no question");
  }

  @Test
  void aRequestThatHasToWaitWaitsAfterItsAnswerToo() throws Exception {
    var manual = new TaskRequest(ASKED, "olivia", world.time.instant(), true, Optional.empty());
    var asked = world.agent().run(manual);

    var ended = answer(asked, "olivia", "per minute", world.agent());

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.HELD);
  }

  @Test
  void theSameIsTheLastRequestOfItsRequester() throws Exception {
    world.run("set acme's orders limit to 300 per minute");

    assertThat(world.agent().run(request("the same for zenith", "mallory")).exit())
        .isEqualTo(ExitCode.NEEDS_CLARIFICATION);
    var ended = world.run("the same for zenith");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(limit("zenith")).isEqualTo("300 in 60 s");
    assertThat(world.log(ended.execution()))
        .contains("set zenith's orders limit to 300 per minute");
  }

  @Test
  void theSameOfWhatWasToWaitWaits() throws Exception {
    String text = "set acme's orders limit to 300 per minute";
    var manual = new TaskRequest(text, "olivia", world.time.instant(), true, Optional.empty());
    var held = world.agent().run(manual);
    world.agent().reject(held.execution(), "ann");

    var ended = world.agent().run(request("the same for zenith", "olivia"));

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.HELD);
  }

  @Test
  void aNumberAloneIsAskedAboutAndItsYesWaitsToo() throws Exception {
    String text = "set acme's orders limit to 300 per minute";
    var manual = new TaskRequest(text, "olivia", world.time.instant(), true, Optional.empty());
    world.agent().reject(world.agent().run(manual).execution(), "ann");

    var asked = world.agent().run(request("make it 30", "olivia"));
    assertThat(asked.exit()).as(asked.reason()).isEqualTo(ExitCode.NEEDS_CLARIFICATION);
    assertThat(asked.questions()).containsExactly("30: in the same window?");
    var ended = answer(asked, "olivia", "yes", world.agent());

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.HELD);
  }

  @Test
  void theSameOfLongAgoIsAskedAbout() throws Exception {
    world.run("set acme's orders limit to 300 per minute");
    world.time.pass(ConversationFinder.LONGEST_SAME.plus(Duration.ofMinutes(1)));

    assertThat(world.run("the same for zenith").exit()).isEqualTo(ExitCode.NEEDS_CLARIFICATION);
  }

  @Test
  void theSameAfterAQuestionIsAskedAbout() throws Exception {
    world.run("set acme's orders limit to 300 per minute");
    world.run("limit acme on orders");

    assertThat(world.run("the same for zenith").exit()).isEqualTo(ExitCode.NEEDS_CLARIFICATION);
  }

  private RequestOutcome answer(RequestOutcome to, String who, String text, ChangeService agent)
      throws InterruptedException {
    return agent.run(request(text, who).after(Conversation.answering(to.execution())));
  }

  private TaskRequest request(String text, String who) {
    return new TaskRequest(text, who, world.time.instant());
  }

  private String limit(String tenant) throws InterruptedException {
    return world.queries().policies().set().tenant(tenant).orElseThrow().limits().stream()
        .filter(l -> l.match().service().equals(Optional.of("orders")))
        .map(l -> l.requests() + " in " + l.window().toSeconds() + " s")
        .findFirst()
        .orElse("");
  }
}
