package dev.deployclaw.container.approval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.http.Served;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FakeHttpServer.Answer;
import dev.deployclaw.testkit.network.FakeHttpServer.Ending;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds in Microsoft Teams: shown once, decided there, and rewritten wherever they end. */
class TeamsApprovalTest {
  @TempDir Path folder;

  private final ShiftedClock clock = new ShiftedClock();
  private final BotFramework teams = new BotFramework(clock);
  private Served served;

  @BeforeEach
  void start() throws Exception {
    served =
        Served.withChannels(folder, List.of(teams.channel("reviews")), SlackWorkspace.QUICK, clock);
  }

  @AfterEach
  void stop() {
    served.close();
    teams.close();
  }

  @Test
  void approvesByAClickAndShowsWhoDecidedAndWhere() {
    String id = shown();
    assertThat(teams.shown(id))
        .contains("olivia asks: apply manually", "acme", "Expires", "/console/executions/" + id)
        .doesNotContain("\"TextBlock\"");

    var answer = click(id, "approve");

    assertThat(answer.json().path("statusCode").asInt()).isEqualTo(200);
    assertThat(answer.text("type")).isEqualTo("application/vnd.microsoft.activity.message");
    assertThat(answer.text("value")).isEqualTo("The decision was taken.");
    served.awaitResult(id, "COMPLETED");
    awaitText(id, "Approved by ann in Teams, ");
    assertThat(teams.button(id, "approve")).isEmpty();
    assertThat(teams.posted()).isOne();
    BoundedWait.until(
        "forgotten",
        ServerFixture.SOON,
        () -> served.world.store.list("approval-message/").isEmpty());
  }

  @Test
  void rejectsByAClick() {
    String id = shown();

    click(id, "reject");

    served.awaitResult(id, "ABORTED");
    awaitText(id, "Rejected by ann in Teams, ");
  }

  @Test
  void showsADecisionThatWasTakenElsewhereAndATimeout() {
    String id = shown();
    assertThat(served.approve(id, Served.ANN).status()).isEqualTo(202);
    awaitText(id, "Approved by ann in the API, ");
    served.awaitResult(id, "COMPLETED");

    served.world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    String late = shown();
    String value = teams.button(late, "approve").orElseThrow().at("/data/value").asText();
    clock.pass(Duration.ofHours(2));

    awaitText(late, "Expired: not decided in time");
    assertThat(teams.send(served, teams.click(BotFramework.ANN, "approve", value)).text("value"))
        .contains("the time to decide is over");
    assertThat(served.world.change(late).orElseThrow().approval()).isEmpty();
  }

  @Test
  void offersNoApprovalOfWhatWasPlannedOnAnEarlierEpoch() {
    String id = shown();

    served.world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    served.done("apply", "COMPLETED");

    awaitText(id, "Something else was committed since");
    assertThat(teams.button(id, "approve")).isEmpty();
  }

  @Test
  void postsOnceMoreAfterEachOutage() {
    try (var elsewhere = FakeHttpServer.answering(200)) {
      var redirect = new Answer(307, Map.of("Location", elsewhere.url() + "/stolen"));
      teams.loginMood.addAll(List.of(Answer.of(500), Answer.json(200, "{}"), redirect));
      teams.mood.addAll(
          List.of(
              new Answer(429, Map.of("Retry-After", "1")),
              Answer.of(500),
              Answer.of(412),
              Answer.of(403),
              Answer.json(200, "not JSON"),
              new Answer(200, Map.of(), "{\"id\"", Ending.CUT_OFF),
              redirect));

      String id = shown();

      assertThat(teams.mood).isEmpty();
      assertThat(teams.posted()).isOne();
      click(id, "reject");
      awaitText(id, "Rejected by ann");
      assertThat(elsewhere.requests()).as("secret and token stay").isEmpty();
    }
  }

  @Test
  void aTokenThatIsNoLongerTakenIsReplaced() {
    String id = shown();
    teams.revokeTokens();

    click(id, "reject");

    awaitText(id, "Rejected by ann");
    assertThat(teams.posted()).isOne();
  }

  @Test
  void aDeletedMessageIsForgotten() {
    String id = shown();
    teams.messages.clear();

    served.approve(id, Served.ANN);

    BoundedWait.until(
        "forgotten",
        ServerFixture.SOON,
        () -> served.world.store.list("approval-message/").isEmpty());
    assertThat(teams.posted()).isOne();
  }

  private String shown() {
    String id = served.done("apply manually", "HELD");
    BoundedWait.until(
        "a card of " + id, ServerFixture.SOON, () -> teams.button(id, "approve").isPresent());
    return id;
  }

  private Served.Answer click(String id, String verb) {
    String value = teams.button(id, verb).orElseThrow().at("/data/value").asText();
    var answer = teams.send(served, teams.click(BotFramework.ANN, verb, value));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer;
  }

  private void awaitText(String id, String text) {
    BoundedWait.until(text, ServerFixture.SOON, () -> teams.shown(id).contains(text));
  }
}
