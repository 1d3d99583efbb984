package dev.deployclaw.container.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.approval.BotFramework;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.doctor.Diagnosis.Level;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FakeHttpServer.Answer;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What {@code doctor} says of channels. */
class ApprovalChannelCheckTest {
  private static final SecretValue SECRET = new SecretValue("a-secret-of-the-channel");

  @Test
  void asksSlackForWhomTheTokenIs() throws Exception {
    assertThat(slack(Answer.json(200, "{\"ok\": true, \"team_id\": \"T1\"}")).level())
        .isEqualTo(Level.OK);
    assertThat(slack(Answer.json(200, "{\"ok\": true, \"team_id\": \"T2\"}")).remedy())
        .contains("correct team");
    assertThat(slack(Answer.json(200, "{\"ok\": false, \"error\": \"invalid_auth\"}")).found())
        .isEqualTo("reviews: Slack says invalid_auth");
    assertThat(slack(Answer.of(500)).found()).isEqualTo("reviews: no answer: Slack answered 500");
  }

  @Test
  void sendsAWebhookAPing() throws Exception {
    try (var program = FakeHttpServer.answering(204)) {
      var found = examine(new Platform.SignedWebhook(program.url(), SECRET, SECRET));

      assertThat(found.level()).isEqualTo(Level.OK);
      assertThat(program.requests().getFirst().body()).isEqualTo("{\"event\":\"ping\"}");
    }
    try (var program = FakeHttpServer.answering(401)) {
      var found = examine(new Platform.SignedWebhook(program.url(), SECRET, SECRET));

      assertThat(found.level()).isEqualTo(Level.WARNING);
    }
  }

  /** What a mail server answers is judged by {@code EmailTransportTest}. */
  @Test
  void asksAMailServer() throws Exception {
    var server =
        new Platform.MailServer("127.0.0.1", 1, false, Optional.empty(), "", SecretValue.NONE);

    var found = examine(new Platform.Email(server, "a@example.net", List.of("b@example.net")));

    assertThat(found.level()).isEqualTo(Level.WARNING);
    assertThat(found.found()).startsWith("reviews: no answer: ConnectException");
  }

  @Test
  void signsInToTeamsAndReadsTheKeysOfItsCalls() throws Exception {
    try (var bots = new BotFramework(InstantSource.system())) {
      var teams = List.of(bots.channel("reviews"));
      assertThat(ApprovalChannelCheck.examine(teams).getFirst().level()).isEqualTo(Level.OK);
      bots.loginMood.add(Answer.of(401));
      assertThat(ApprovalChannelCheck.examine(teams).getFirst().remedy()).contains("secretFile");
      bots.keysMood.add(Answer.of(500));
      assertThat(ApprovalChannelCheck.examine(teams).getFirst().found())
          .isEqualTo("reviews: no answer: the Bot Framework's keys: answered 500");
    }
  }

  @Test
  void skipsWhatIsNotConfigured() throws Exception {
    assertThat(ApprovalChannelCheck.examine(List.of()).getFirst().level()).isEqualTo(Level.SKIPPED);
  }

  private static Diagnosis slack(Answer answer) throws Exception {
    try (var server = FakeHttpServer.start(_ -> answer)) {
      var found = examine(new Platform.Slack(server.url(), "C1", "T1", SECRET, SECRET));
      assertThat(server.requests().getFirst().path()).isEqualTo("/auth.test");
      return found;
    }
  }

  private static Diagnosis examine(Platform platform) throws Exception {
    var channel =
        new ApprovalChannelConfig("reviews", Optional.empty(), Map.of("U1", "ann"), platform);
    return ApprovalChannelCheck.examine(List.of(channel)).getFirst();
  }
}
