package dev.deployclaw.container.config.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.core.tls.TlsSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section {@code approvals}: what it says, and each mistake by its place. */
class ApprovalConfigReaderTest {
  private static final String LEAST =
      """
      etcd: {endpoints: ["http://127.0.0.1:2379"]}
      redis: {nodes: ["127.0.0.1:7001"]}
      s3: {endpoint: "http://127.0.0.1:9000", bucket: checkpoints, accessKey: key, secretKey: secret}
      nats: {url: "nats://127.0.0.1:4222"}
      """;
  private static final String SLACK =
      "{name: reviews, type: slack, channel: C0123456789, team: T0123456789, tokenFile: one,"
          + " signingSecretFile: two, people: {U0123456789: ann}}";

  @TempDir Path folder;

  @Test
  void hasNoChannelWhereNothingIsSaid() throws Exception {
    assertThat(parse("").approvals()).isEmpty();
  }

  @Test
  void readsEveryKey() throws Exception {
    var config =
        parse(
            """
            approvals:
              - %s
              - {name: desk, type: webhook, url: "https://hooks.test/x", secretFile: one,
                 decisionSecretFile: two, people: {ann@example.net: ann}, console: "https://a.test"}
            """
                .formatted(SLACK));

    var one = new SecretValue("first-secret-of-many");
    var two = new SecretValue("second-secret-of-many");
    assertThat(config.approvals())
        .isEqualTo(
            List.of(
                new ApprovalChannelConfig(
                    "reviews",
                    Optional.empty(),
                    Map.of("U0123456789", "ann"),
                    new Platform.Slack(
                        "https://slack.com/api", "C0123456789", "T0123456789", one, two)),
                new ApprovalChannelConfig(
                    "desk",
                    Optional.of("https://a.test"),
                    Map.of("ann@example.net", "ann"),
                    new Platform.SignedWebhook("https://hooks.test/x", one, two))));
    assertThat(config.approvals().toString()).doesNotContain("secret-of-many", "hooks.test");
  }

  @Test
  void namesThePlaceOfEachMistake() {
    assertThat(problems("approvals: [{name: A B, type: pager}]"))
        .contains(
            "approvals[0].name",
            "approvals[0].type",
            "approvals[0].channel",
            "approvals[0].team",
            "approvals[0].tokenFile",
            "approvals[0].signingSecretFile",
            "approvals[0].people");
    assertThat(problems("approvals: [" + SLACK.replace("C0123456789", "general") + "]"))
        .containsExactly("approvals[0].channel");
    assertThat(problems("approvals: [" + SLACK.replace("U0123456789", "ann") + "]"))
        .containsExactly("approvals[0].people");
    assertThat(problems("approvals: [" + SLACK + ", " + SLACK + "]"))
        .containsExactly("approvals[1].name");
    assertThat(problems("approvals: [" + SLACK.replace("team:", "taem:") + "]"))
        .contains("approvals[0].taem");
    assertThat(
            problems(
                "approvals: [{name: desk, type: webhook, url: \"https://h.test\", secretFile: one,"
                    + " decisionSecretFile: one, people: {ann: ann}}]"))
        .containsExactly("approvals[0].decisionSecretFile");
  }

  @Test
  void readsAChannelOfTeams() throws Exception {
    String app = "11111111-2222-3333-4444-555555555555";
    String teams =
        "approvals: [{name: t, type: teams, app: %s, tenant: %s, secretFile: one,"
            + " channel: \"19:a_b-C1@thread.tacv2\", people: {%s: ann}%s}]";
    var service =
        new Platform.BotService(
            "https://smba.trafficmanager.net/teams",
            "https://login.microsoftonline.com/" + app + "/oauth2/v2.0/token",
            "https://login.botframework.com/v1/.well-known/openidconfiguration",
            "https://api.botframework.com");

    assertThat(parse(teams.formatted(app, app, app, "")).approvals().getFirst().platform())
        .isEqualTo(
            new Platform.Teams(
                service,
                app,
                app,
                new SecretValue("first-secret-of-many"),
                "19:a_b-C1@thread.tacv2"));
    assertThat(problems(teams.formatted("bot", app.replace('1', 'A'), "ann", "")))
        .containsExactlyInAnyOrder(
            "approvals[0].app", "approvals[0].tenant", "approvals[0].people");
    String plain =
        ", url: \"http://a.test\", login: \"http://b.test\", metadata: \"http://c.test\"";
    assertThat(problems(teams.formatted(app, app, app, plain)))
        .containsExactly("approvals[0].url", "approvals[0].login", "approvals[0].metadata");
    assertThat(problems(teams.formatted(app, app, app, "").replace("19:", "28:")))
        .containsExactly("approvals[0].channel");
  }

  @Test
  void readsAChannelOfMails() throws Exception {
    String mail =
        """
        approvals:
          - {name: mail, type: email, url: "%s", from: a@example.net, to: [b@example.net, c@x.test],
             username: agent, passwordFile: one, console: "https://a.test"%s}
        """;
    var one = new SecretValue("first-secret-of-many");

    assertThat(parse(mail.formatted("smtps://mail.test", "")).approvals())
        .isEqualTo(
            List.of(
                new ApprovalChannelConfig(
                    "mail",
                    Optional.of("https://a.test"),
                    Map.of(),
                    new Platform.Email(
                        new Platform.MailServer(
                            "mail.test", 465, true, Optional.of(TlsSettings.DEFAULT), "agent", one),
                        "a@example.net",
                        List.of("b@example.net", "c@x.test")))));
    assertThat(server(mail.formatted("smtp://mail.test", "")))
        .isEqualTo(
            new Platform.MailServer(
                "mail.test", 587, false, Optional.of(TlsSettings.DEFAULT), "agent", one));
    assertThat(server(mail.formatted("smtp://127.0.0.1:25", "")).tls()).isEmpty();
    assertThat(server(mail.formatted("smtp://127.0.0.1:25", ", tls: {serverName: m.test}")).tls())
        .contains(new TlsSettings(Optional.empty(), Optional.empty(), Optional.of("m.test")));
  }

  @Test
  void namesThePlaceOfEachMistakeInMails() {
    assertThat(problems("approvals: [{name: mail, type: email}]"))
        .containsExactlyInAnyOrder(
            "approvals[0].console", "approvals[0].to", "approvals[0].from", "approvals[0].url");
    for (var url : List.of("http://mail.test", "smtp://mail.test:99999", "smtp://a:b@mail.test")) {
      assertThat(problems(mail(url, "a@b.test", "c@d.test"))).containsExactly("approvals[0].url");
    }
    for (var address : List.of("ann", "a@b c@d", "a@b\\r\\nBcc: x@y", "<a@b>", "a@b,c@d", "a@-_")) {
      assertThat(problems(mail("smtp://mail.test", address, "c@d.test")))
          .containsExactly("approvals[0].from");
      assertThat(problems(mail("smtp://mail.test", "c@d.test", address)))
          .containsExactly("approvals[0].to");
    }
    assertThat(problems(mail("smtp://m.test\", username: \"agent", "a@b.test", "c@d.test")))
        .containsExactly("approvals[0].username");
  }

  private static String mail(String url, String from, String to) {
    return "approvals: [{name: mail, type: email, console: \"https://a.test\", url: \"%s\", from: \"%s\", to: [\"%s\"]}]"
        .formatted(url, from, to);
  }

  private Platform.MailServer server(String more) throws Exception {
    return ((Platform.Email) parse(more).approvals().getFirst().platform()).server();
  }

  private List<String> problems(String more) {
    var refused = catchThrowableOfType(InvalidConfigException.class, () -> parse(more));
    return refused.problems().stream().map(p -> p.path()).toList();
  }

  private AgentConfig parse(String more) throws Exception {
    Files.writeString(folder.resolve("one"), "first-secret-of-many\n");
    Files.writeString(folder.resolve("two"), "second-secret-of-many\n");
    return ConfigReader.parse(folder.resolve("deployclaw.yaml"), LEAST + more, Map.of());
  }
}
