package dev.deployclaw.container.approval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.http.Served;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody tries who isn't an approver, or is one at another time or for another plan. */
class SlackAttackTest {
  private static final int SENT_AT_ONCE = 20;

  @TempDir Path folder;

  private final ShiftedClock clock = new ShiftedClock();
  private final SlackWorkspace slack = new SlackWorkspace(clock);
  private Served served;
  private String held;
  private String ts;
  private String value;

  @BeforeEach
  void start() throws Exception {
    served = Served.withChannels(folder, List.of(slack.channel()), SlackWorkspace.QUICK, clock);
    held = served.done("apply manually", "HELD");
    BoundedWait.until(
        "a card", ServerFixture.SOON, () -> slack.button(held, "approve").isPresent());
    ts = slack.message(held).orElseThrow().getKey();
    value = slack.button(held, "approve").orElseThrow().path("value").asText();
  }

  @AfterEach
  void stop() {
    served.close();
    slack.close();
  }

  @Test
  void takesNoCallThatSlackDidNotSignNow() {
    String body = slack.click(SlackWorkspace.ANN, "approve", ts, value);
    long now = clock.instant().getEpochSecond();
    String right = SlackWorkspace.signature(body, now);

    refused(body, now, "v0=" + "0".repeat(64));
    refused(body, now, "");
    refused(body, now, right.substring(3));
    refused(body, now, right.toUpperCase(Locale.ROOT));
    refused(body.replace("approve", "reject"), now, right);
    refused(body, now + 1, right);
    for (long away : List.of(-301, 900)) {
      refused(body, now + away, SlackWorkspace.signature(body, now + away));
    }
    refused("payload=" + "x".repeat(60_000), now, right);
    assertThat(send("payload=" + "x".repeat(70_000), now, right).status()).isEqualTo(413);
    stillHeld();
  }

  @Test
  void takesNoCallTwice() {
    String body = slack.click(SlackWorkspace.MALLORY, "approve", ts, value);
    long now = clock.instant().getEpochSecond();

    assertThat(slack.send(served, body, now).status()).isEqualTo(200);
    for (int i = 0; i < SENT_AT_ONCE; i++) {
      assertThat(slack.send(served, body, now).status()).isEqualTo(401);
    }
    stillHeld();
  }

  @Test
  void takesNoSignedCallThatIsNoClick() {
    for (String body :
        List.of(
            "",
            "payload=",
            "payload=%7B",
            "payload=%zz",
            "payload=null",
            "payload=[]",
            "x=1&payload=%7B%7D",
            SlackWorkspace.payload("{\"type\": \"view_submission\"}"),
            SlackWorkspace.payload("[".repeat(5000)),
            slack.click("../..", "approve", ts, value),
            slack.click(SlackWorkspace.ANN, "approve", "not-a-ts", value))) {
      assertThat(slack.send(served, body).status()).as(body).isEqualTo(400);
    }
    stillHeld();
  }

  @Test
  void takesNoDecisionFromWhoMayNot() {
    click(SlackWorkspace.MALLORY, "approve", value);
    whispered(SlackWorkspace.MALLORY, "the agent's configuration doesn't name you");
    String foreign =
        slack
            .click(SlackWorkspace.ANN, "approve", ts, value)
            .replace(SlackWorkspace.TEAM, "T0FOREIGN");
    assertThat(slack.send(served, foreign).status()).isEqualTo(200);
    whispered(SlackWorkspace.ANN, "the agent's configuration doesn't name you");
    String own = ownHold();
    String ofOwn = slack.button(own, "approve").orElseThrow().path("value").asText();
    click(SlackWorkspace.BOTH, "approve", ofOwn);
    whispered(SlackWorkspace.BOTH, "must differ from the requester");
    stillHeld();
    assertThat(served.world.change(own).orElseThrow().approval()).isEmpty();
  }

  @Test
  void takesNoDecisionOnWhatWasNotShown() {
    String own = ownHold();
    String other = slack.button(own, "approve").orElseThrow().path("value").asText();
    var mine = value.split(" ", -1);
    var theirs = other.split(" ", -1);

    click(SlackWorkspace.ANN, "approve", mine[0] + " " + "0".repeat(64) + " " + mine[2]);
    click(SlackWorkspace.ANN, "approve", mine[0] + " " + mine[1] + " " + theirs[2]);
    click(SlackWorkspace.ANN, "reject", mine[0] + " " + mine[1] + " " + "0".repeat(64));
    whispered(SlackWorkspace.ANN, "the held plan isn't the one on this card");
    click(SlackWorkspace.ANN, "approve", "arch-none " + mine[1] + " " + mine[2]);
    whispered(SlackWorkspace.ANN, "No longer held");
    click(SlackWorkspace.ANN, "approve", mine[0]);
    click(SlackWorkspace.ANN, "freeze", value);
    whispered(SlackWorkspace.ANN, "This button doesn't belong to the agent");
    stillHeld();
  }

  @Test
  void countsADoubleClickOnceAndALateOneNever() {
    click(SlackWorkspace.ANN, "approve", value);
    click(SlackWorkspace.ANN, "approve", value);
    served.awaitResult(held, "COMPLETED");
    BoundedWait.until(
        "forgotten",
        ServerFixture.SOON,
        () -> served.world.store.list("approval-message/").isEmpty());

    click(SlackWorkspace.ANN, "reject", value);

    BoundedWait.until(
        "the stale card says so",
        ServerFixture.SOON,
        () -> slack.messages.toString().contains(held + ": Approved by ann"));
    assertThat(slack.button(held, "reject")).isEmpty();
    whispered(SlackWorkspace.ANN, "Nothing was done");
    assertThat(served.get("/v1/executions/" + held, Served.VIC).text("result"))
        .isEqualTo("COMPLETED");
  }

  private String ownHold() {
    String body = "{\"request\": \"apply\", \"approval\": \"manual\"}";
    String own = served.post("/v1/tasks", Served.BOTH, body).text("execution_id");
    served.awaitResult(own, "HELD");
    BoundedWait.until("a card", ServerFixture.SOON, () -> slack.button(own, "approve").isPresent());
    return own;
  }

  private void refused(String body, long seconds, String signature) {
    assertThat(send(body, seconds, signature).status()).isEqualTo(401);
  }

  private Served.Answer send(String body, long seconds, String signature) {
    return SlackWorkspace.send(served, body, seconds, signature);
  }

  private void click(String user, String action, String shown) {
    var answer = slack.send(served, slack.click(user, action, ts, shown));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  private void whispered(String user, String text) {
    BoundedWait.until(
        text,
        ServerFixture.SOON,
        () ->
            slack.whispers.stream()
                .anyMatch(w ->
                    w.path("user").asText().equals(user)
                        && w.path("text").asText().contains(text)));
  }

  private void stillHeld() {
    assertThat(served.get("/v1/executions/" + held, Served.VIC).text("result")).isEqualTo("HELD");
    assertThat(served.world.change(held).orElseThrow().approval()).isEmpty();
  }
}
