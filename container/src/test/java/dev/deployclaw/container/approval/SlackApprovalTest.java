package dev.deployclaw.container.approval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.http.Served;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FakeHttpServer.Answer;
import dev.deployclaw.testkit.network.FakeHttpServer.Ending;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds in Slack: shown once, decided there, and rewritten wherever they end. */
class SlackApprovalTest {
  @TempDir Path folder;

  private final ShiftedClock clock = new ShiftedClock();
  private final SlackWorkspace slack = new SlackWorkspace(clock);
  private Served served;

  @BeforeEach
  void start() throws Exception {
    served = Served.withChannels(folder, List.of(slack.channel()), SlackWorkspace.QUICK, clock);
  }

  @AfterEach
  void stop() {
    served.close();
    slack.close();
  }

  @Test
  void approvesByAClickAndShowsWhoDecidedAndWhere() {
    String id = shown();
    assertThat(slack.shown(id))
        .contains("olivia asks: apply manually", "acme", "Expires", "/console/executions/" + id);

    assertThat(click(id, SlackWorkspace.ANN, "approve").body()).isEmpty();

    served.awaitResult(id, "COMPLETED");
    awaitText(id, "Approved by ann in Slack, ");
    assertThat(slack.button(id, "approve")).isEmpty();
    assertThat(slack.button(id, "reject")).isEmpty();
    assertThat(slack.posted()).isOne();
    assertThat(served.get("/v1/executions/" + id, Served.VIC).body()).contains("approved by ann");
    BoundedWait.until("forgotten", ServerFixture.SOON, () -> messages().isEmpty());
  }

  @Test
  void rejectsByAClick() {
    String id = shown();

    click(id, SlackWorkspace.ANN, "reject");

    served.awaitResult(id, "ABORTED");
    awaitText(id, "Rejected by ann in Slack, ");
    assertThat(slack.button(id, "approve")).isEmpty();
  }

  @Test
  void showsADecisionThatWasTakenElsewhere() {
    String id = shown();

    assertThat(served.approve(id, Served.ANN).status()).isEqualTo(202);

    awaitText(id, "Approved by ann in the API, ");
    assertThat(slack.button(id, "reject")).isEmpty();
  }

  @Test
  void showsATimeoutAsATimeout() {
    String id = shown();
    var value = slack.button(id, "approve").orElseThrow().path("value").asText();
    String ts = slack.message(id).orElseThrow().getKey();

    clock.pass(Duration.ofHours(2));

    awaitText(id, "Expired: not decided in time");
    assertThat(slack.button(id, "approve")).isEmpty();
    assertThat(slack.shown(id)).doesNotContain("ejected");
    slack.send(served, slack.click(SlackWorkspace.ANN, "approve", ts, value));
    awaitWhisper("the time to decide is over");
    assertThat(served.world.change(id).orElseThrow().approval()).isEmpty();
    assertThat(slack.posted()).isOne();
  }

  @Test
  void offersNoApprovalOfWhatWasPlannedOnAnEarlierEpoch() {
    String id = shown();

    served.world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    served.done("apply", "COMPLETED");

    awaitText(id, "Something else was committed since");
    assertThat(slack.button(id, "approve")).isEmpty();
    click(id, SlackWorkspace.ANN, "reject");
    served.awaitResult(id, "ABORTED");
    awaitText(id, "Rejected by ann");
  }

  @Test
  void anotherAgentRewritesWhatOneHasPosted() {
    String id = shown();
    var resources =
        ServerFixture.withChannels(
            ServerFixture.estate(served.world, served.brake, folder.resolve("other"), List.of()),
            List.of(slack.channel()),
            SlackWorkspace.QUICK,
            clock);
    served.close();

    try (var other = AgentServer.start(resources, ServerFixture.patient())) {
      clock.pass(Duration.ofHours(2));
      awaitText(id, "Expired: not decided in time");
      assertThat(other.isAccepting()).isTrue();
    }
    assertThat(slack.posted()).isOne();
  }

  /** Each misbehaviour delays one card, and never the change. */
  @Slow(
      guard =
          "dev.deployclaw.container.approval.WebhookApprovalTest#sendsTheSameCardAgainAfterAnOutage",
      because = "it waits after each of eighteen misbehaviours")
  @Test
  void postsOnceMoreAfterEachOutage() {
    try (var elsewhere = FakeHttpServer.answering(200)) {
      var redirect = new Answer(307, Map.of("Location", elsewhere.url() + "/chat.postMessage"));
      var moods =
          List.of(
              new Answer(429, Map.of("Retry-After", "1")),
              Answer.of(500),
              Answer.SILENCE,
              Answer.json(200, "not JSON"),
              Answer.json(200, "{\"fine\": 1}"),
              Answer.json(200, "{\"ok\": false, \"error\": \"<!channel>\"}"),
              Answer.json(200, "{\"ok\": false, \"error\": \"not_in_channel\"}"),
              new Answer(200, Map.of(), "{\"ok\"", Ending.CUT_OFF),
              redirect);
      slack.mood.addAll(moods);

      String id = shown();

      assertThat(slack.mood).isEmpty();
      assertThat(slack.posted()).isOne();
      assertThat(elsewhere.requests()).as("the token stays with Slack").isEmpty();
      slack.mood.addAll(moods);
      click(id, SlackWorkspace.ANN, "reject");
      served.awaitResult(id, "ABORTED");
      awaitText(id, "Rejected by ann");
      assertThat(elsewhere.requests()).isEmpty();
    }
  }

  /** Of a repair the state store keeps no end: the card says what was decided here. */
  @Test
  void approvesARepair() {
    served.done("apply", "COMPLETED");
    served.world.planner = new GrammarInterpreter();
    served.world.gateway.tamper("two", "by hand");
    String id = shown("repair the drift, but wait for my approval");

    click(id, SlackWorkspace.ANN, "approve");

    served.awaitResult(id, "COMPLETED");
    awaitText(id, "No longer held: ann approved it in Slack, ");
    assertThat(slack.button(id, "reject")).isEmpty();
  }

  @Test
  void aCardThatSlackRefusesHoldsUpNoOther() {
    String one = shown();
    slack.refuses = one;
    served.approve(one, Served.ANN);
    served.awaitResult(one, "COMPLETED");

    served.world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    String other = shown();
    click(other, SlackWorkspace.ANN, "reject");
    awaitText(other, "Rejected by ann");

    slack.refuses = "";
    awaitText(one, "Approved by ann");
  }

  @Test
  void aDeletedMessageIsForgotten() {
    String id = shown();
    slack.mood.add(Answer.json(200, "{\"ok\": false, \"error\": \"message_not_found\"}"));

    served.approve(id, Served.ANN);

    BoundedWait.until("forgotten", ServerFixture.SOON, () -> messages().isEmpty());
    assertThat(slack.posted()).isOne();
  }

  private String shown() {
    return shown("apply manually");
  }

  private String shown(String request) {
    String id = served.done(request, "HELD");
    BoundedWait.until(
        "a card of " + id,
        ServerFixture.SOON,
        () ->
            slack.button(id, "approve").isPresent()
                && messages().stream().anyMatch(m -> m.contains("posted")));
    return id;
  }

  private List<String> messages() {
    return served.world.store.list("approval-message/").stream()
        .map(e -> new String(e.value(), StandardCharsets.UTF_8))
        .toList();
  }

  private Served.Answer click(String id, String user, String action) {
    String value = slack.button(id, action).orElseThrow().path("value").asText();
    String ts = slack.message(id).orElseThrow().getKey();
    var answer = slack.send(served, slack.click(user, action, ts, value));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer;
  }

  private void awaitText(String id, String text) {
    BoundedWait.until(text, ServerFixture.SOON, () -> slack.shown(id).contains(text));
  }

  private void awaitWhisper(String text) {
    BoundedWait.until(
        text,
        ServerFixture.SOON,
        () -> slack.whispers.stream().anyMatch(w -> w.path("text").asText().contains(text)));
  }
}
