package dev.deployclaw.container.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.OutputMode;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked before a request that was understood is carried out. */
class RequestDialogueTest {
  @TempDir Path folder;

  private final FakeEstate world = new FakeEstate();
  private final List<String> asked = new ArrayList<>();
  private CommandLineFixture screen;
  private String meanwhile = "";

  @BeforeEach
  void begin() throws InterruptedException {
    screen = new CommandLineFixture(folder);
    world.planner = new GrammarInterpreter();
    assertThat(world.run("apply the policies").exit().code()).isZero();
  }

  @Test
  void aPlainChangeGoesOnAndShowsHowItWasRead() throws Exception {
    assertThat(goesOn("no", "set acme's orders limit to 700 per minute")).isTrue();

    assertThat(asked).isEmpty();
    assertThat(screen.err())
        .contains(
            "understood: set acme on orders to 700 requests per minute", "requests 600 -> 700");
  }

  @Test
  void tenTimesAsMuchIsAskedAbout() throws Exception {
    String tenfold = "set acme's orders limit to 6000 per minute";

    assertThat(goesOn("y", tenfold)).isTrue();
    assertThat(goesOn("yes", "set acme's orders limit to 60 per minute")).isTrue();
    assertThat(goesOn("", tenfold)).isFalse();
    assertThat(goesOn("n", tenfold)).isFalse();
    assertThat(asked).hasSize(4).allMatch(text -> text.startsWith("Go on? 1 tenant changes."));
  }

  @Test
  void moreTenantsThanAreNamedAreAskedAbout() throws Exception {
    assertThat(goesOn("n", "set the orders limit of all tenants to 500 per minute")).isFalse();

    assertThat(asked).hasSize(1);
  }

  @Test
  void aNameThatWasCorrectedIsSaidAndAskedAbout() throws Exception {
    String misspelt = "set zennith's ordrs limit to 700 per minute";

    assertThat(goesOn("n", misspelt)).isFalse();
    assertThat(goesOn("y", misspelt)).isTrue();

    assertThat(asked).hasSize(2);
    assertThat(screen.err()).containsPattern("the request spells\\s+otherwise: zenith, orders");
    assertThat(world.log(world.run(misspelt).execution()))
        .contains("spelled otherwise: zenith, orders");
  }

  @Test
  void whatChangesNothingIsNotAskedAbout() throws Exception {
    assertThat(goesOn("n", "dry run: set acme's orders limit to 6000 per minute")).isTrue();
    assertThat(goesOn("n", "scan the limits")).isTrue();

    assertThat(asked).isEmpty();
  }

  @Test
  void whatChangedWhileSomebodyThoughtIsShownAndAskedAgain() throws Exception {
    meanwhile = "set acme's orders limit to 500 per minute";

    assertThat(goesOn("y", "set acme's orders limit to 6000 per minute")).isTrue();

    assertThat(asked).hasSize(2);
    assertThat(screen.err())
        .contains("600 -> 6000", "the estate changed meanwhile; look again", "500 -> 6000");
  }

  @Test
  void aRequestInPlaceOfAnAnswerIsAskedAbout() throws Exception {
    String open = "set acme's orders limit to 700";

    assertThat(goesOn(List.of("#2"), open)).isTrue();
    assertThat(asked).hasSize(1);
    assertThat(goesOn(List.of("set acme's orders limit to 650 per minute", "n"), open)).isFalse();
    assertThat(goesOn(List.of("roll back the last change", "n"), open)).isFalse();
    assertThat(goesOn(List.of("roll back the last change", "y"), open)).isTrue();
    assertThat(goesOn(List.of("check for drift"), open)).isTrue();
  }

  @Test
  void whoAsksBackSeesTheQuestionWithItsChoicesAgain() throws Exception {
    assertThat(goesOn(List.of("why?", "?", "per minute"), "set acme's orders limit to 700"))
        .isTrue();

    assertThat(asked).hasSize(3).allMatch(text -> text.equals("(empty line: give up) > "));
    assertThat(screen.err().split("#2 per minute", -1)).hasSize(4);
  }

  @Test
  void aRollbackShowsItsDifferenceAndWhatItBringsBack() throws Exception {
    assertThat(world.run("set acme's orders limit to 700 per minute").exit().code()).isZero();
    var undone = world.queries().active().orElseThrow().change();
    var dialogue = new RequestDialogue(answering(() -> "n"), false);

    assertThat(dialogue.goesOn(world.queries().rollback("last").orElseThrow())).isFalse();
    assertThat(screen.err())
        .contains("understood: roll back " + undone, "requests 700 -> 600")
        .doesNotContain("brings back");
    assertThat(world.agent().rollback("last", "somebody").exit().code()).isZero();
    assertThat(dialogue.goesOn(world.queries().rollback("last").orElseThrow())).isFalse();
    assertThat(screen.err()).contains("requests 600 -> 700", "this brings back " + undone);
    assertThat(world.queries().rollback("nosuch")).isEmpty();
  }

  private boolean goesOn(List<String> answers, String request) throws InterruptedException {
    var left = new ArrayDeque<>(answers);
    return goesOn(left::removeFirst, request);
  }

  private boolean goesOn(String answer, String request) throws InterruptedException {
    return goesOn(() -> answer, request);
  }

  private boolean goesOn(Supplier<String> answers, String request) throws InterruptedException {
    var dialogue = new RequestDialogue(answering(answers), false);
    return dialogue.goesOn(
        dialogue.complete(world.request(request), world.agent()::plan), world.agent()::plan);
  }

  private CommandEnvironment answering(Supplier<String> answers) {
    return screen
        .surroundings(OutputMode.TERMINAL)
        .asking(text -> {
          asked.add(text);
          change();
          return Optional.of(answers.get());
        });
  }

  /** Somebody else's change, once. */
  private void change() {
    try {
      if (!meanwhile.isEmpty()) {
        assertThat(world.run(meanwhile).exit().code()).isZero();
      }
      meanwhile = "";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
