package dev.deployclaw.container.approval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.approval.platform.ChannelRegistry;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.notification.BackoffPolicy;
import dev.deployclaw.container.notification.DeliverySettings;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.testkit.server.TestCertificate;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;

/** By which servers mails go, and what they learn. */
class EmailTransportTest {
  private static final SecretValue PASSWORD = new SecretValue("the-password-of-the-agent");
  private static final HoldCard CARD =
      new HoldCard("arch-1", "olivia", "apply", "it asks", List.of(), 0, "a", "b", 0, true);

  /** For servers that answer, on a busy machine. */
  private static final BackoffPolicy PATIENT =
      new BackoffPolicy(
          Duration.ofMillis(50),
          Duration.ofSeconds(1),
          Duration.ofHours(1),
          Duration.ofSeconds(30));

  @TempDir static Path folder;

  private static TestCertificate authority;
  private static TestCertificate certificate;

  @BeforeAll
  static void certificates() throws Exception {
    authority = TestCertificate.make(folder.resolve("ca"), "CN=authority");
    certificate = authority.sign(folder.resolve("server"), "CN=mail");
  }

  @Test
  void handsMailsInByStartTlsWithAPassword() throws Exception {
    try (var mail = TestMailServer.start(s -> secured(s, certificate))) {
      assertThat(post(server(mail.port(), trusting(authority), PASSWORD)))
          .isInstanceOf(CardDelivery.Shown.class);
      assertThat(mail.received).hasSize(1);
      assertThat(check(server(mail.port(), trusting(authority), PASSWORD)))
          .isEqualTo(new ChannelCondition.Well("the mail server lets the agent in, encrypted"));
      assertThat(mail.received).as("a check sends nothing").hasSize(1);
    }
  }

  @Test
  void handsMailsInWhereTlsBeginsAtOnce() throws Exception {
    UnaryOperator<SMTPServer.Builder> tls = s -> login(s.serverSocketFactory(context(certificate)));
    try (var mail = TestMailServer.start(tls)) {
      var server =
          new Platform.MailServer(
              "127.0.0.1", mail.port(), true, Optional.of(trusting(authority)), "ann", PASSWORD);

      assertThat(post(server)).isInstanceOf(CardDelivery.Shown.class);
    }
  }

  @Test
  void trustsNoOtherCertificate() throws Exception {
    var foreign = TestCertificate.make(folder.resolve("foreign"), "CN=foreign");
    var elsewhere = authority.signFor(folder.resolve("elsewhere"), "elsewhere.example.net");
    var expired = authority.signExpired(folder.resolve("expired"), "CN=expired");
    for (var shown : List.of(foreign, elsewhere, expired)) {
      try (var mail = TestMailServer.start(s -> secured(s, shown))) {
        var server = server(mail.port(), trusting(authority), PASSWORD);

        assertThat(post(server)).isInstanceOf(CardDelivery.Later.class);
        assertThat(check(server)).isInstanceOf(ChannelCondition.Faulty.class);
        assertThat(mail.received).isEmpty();
      }
    }
  }

  @Test
  void takesTheConfiguredNameOfACertificate() throws Exception {
    var elsewhere = authority.signFor(folder.resolve("named"), "mail.example.net");
    var named =
        new TlsSettings(
            Optional.of(authority.certificate()),
            Optional.empty(),
            Optional.of("mail.example.net"));
    try (var mail = TestMailServer.start(s -> secured(s, elsewhere))) {
      assertThat(post(server(mail.port(), named, PASSWORD))).isInstanceOf(CardDelivery.Shown.class);
    }
  }

  @Test
  void saysNothingToAServerWithoutStartTls() throws Exception {
    try (var mail = new ScriptedMailServer(EmailTransportTest::plainServer)) {
      var server = server(mail.port(), trusting(authority), PASSWORD);

      assertThat(post(server))
          .isInstanceOfSatisfying(
              CardDelivery.Later.class,
              l -> assertThat(l.why()).isEqualTo("the mail server offers no STARTTLS"));
      assertThat(check(server)).isInstanceOf(ChannelCondition.Faulty.class);
      assertThat(String.join(" ", mail.heard)).contains("EHLO").doesNotContain("AUTH", "MAIL");
    }
  }

  @Test
  void aWrongPasswordIsSaidAndNotShown() throws Exception {
    try (var mail = TestMailServer.start(s -> secured(s, certificate))) {
      var server = server(mail.port(), trusting(authority), new SecretValue("another-password"));

      assertThat(post(server)).isEqualTo(CardDelivery.later("the mail server refuses the user"));
      assertThat(check(server).toString()).doesNotContain("another-password");
    }
  }

  @Test
  void leavesAServerThatNeitherAnswersNorEnds() throws Exception {
    var words =
        List.of("", ScriptedMailServer.TRICKLES, ScriptedMailServer.FLOODS, "554 go away\r\n");
    for (var word : words) {
      try (var mail = new ScriptedMailServer(_ -> word)) {
        assertThat(post(plain(mail.port()), SlackWorkspace.QUICK))
            .isInstanceOf(CardDelivery.Later.class);
      }
    }
    try (var mail = new ScriptedMailServer(EmailTransportTest::closing)) {
      assertThat(post(plain(mail.port()))).isInstanceOf(CardDelivery.Later.class);
    }
    assertThat(post(plain(1))).isInstanceOf(CardDelivery.Later.class);
    assertThat(check(plain(1))).isInstanceOf(ChannelCondition.Silent.class);
  }

  /** What it says of itself goes into no log. */
  @Test
  void quotesNoServer() throws Exception {
    try (var mail = new ScriptedMailServer(EmailTransportTest::refusingTls)) {
      assertThat(post(server(mail.port(), trusting(authority), PASSWORD)))
          .isEqualTo(CardDelivery.later("the mail server refuses the dialogue"));
    }
    try (var mail = TestMailServer.start()) {
      mail.mood.add(new TestMailServer.Mood(TestMailServer.Stage.SENDER, 550));
      assertThat(post(plain(mail.port())))
          .isEqualTo(new CardDelivery.Refused("the mail server answers 550"));
      mail.mood.add(new TestMailServer.Mood(TestMailServer.Stage.CONTENT, 452));
      assertThat(post(plain(mail.port())))
          .isEqualTo(CardDelivery.later("the mail server answers 452"));
    }
  }

  private static String plainServer(String line) {
    return line.isEmpty() ? "220 mail\r\n" : "250-mail\r\n250 AUTH PLAIN LOGIN\r\n";
  }

  private static String refusingTls(String line) {
    return line.startsWith("EHLO")
        ? "250-mail\r\n250 STARTTLS\r\n"
        : line.isEmpty() ? "220 mail\r\n" : "454 <script>not now</script>\r\n";
  }

  private static @Nullable String closing(String line) {
    return line.startsWith("MAIL") ? null : plainServer(line);
  }

  private static CardDelivery post(Platform.MailServer server) throws Exception {
    return post(server, PATIENT);
  }

  private static CardDelivery post(Platform.MailServer server, BackoffPolicy patience)
      throws Exception {
    try (var channels = channels(server, patience)) {
      return channels.channels().getFirst().post(CARD);
    }
  }

  private static ChannelCondition check(Platform.MailServer server) throws Exception {
    try (var channels = channels(server, PATIENT)) {
      return channels.channels().getFirst().check();
    }
  }

  private static ChannelRegistry channels(Platform.MailServer server, BackoffPolicy patience) {
    var email = new Platform.Email(server, "agent@example.net", List.of("ann@example.net"));
    var channel =
        new ApprovalChannelConfig(
            "reviews", Optional.of("https://agent.example.net"), Map.of(), email);
    var delivery = new DeliverySettings(patience, AgentClock.system(), (_, _) -> {});
    return new ChannelRegistry(List.of(channel), delivery);
  }

  private static Platform.MailServer plain(int port) {
    return new Platform.MailServer(
        "127.0.0.1", port, false, Optional.empty(), "", SecretValue.NONE);
  }

  private static Platform.MailServer server(int port, TlsSettings tls, SecretValue password) {
    return new Platform.MailServer("127.0.0.1", port, false, Optional.of(tls), "ann", password);
  }

  private static TlsSettings trusting(TestCertificate authority) {
    return new TlsSettings(
        Optional.of(authority.certificate()), Optional.empty(), Optional.empty());
  }

  private static SMTPServer.Builder secured(SMTPServer.Builder s, TestCertificate shown) {
    return login(s.requireTLS().startTlsSocketFactory(context(shown)));
  }

  private static SMTPServer.Builder login(SMTPServer.Builder s) {
    return s.requireAuth()
        .authenticationHandlerFactory(
            new EasyAuthenticationHandlerFactory((user, password, _) -> {
              if (!user.equals("ann") || !password.equals(PASSWORD.value())) {
                throw new LoginFailedException();
              }
            }));
  }

  private static SSLContext context(TestCertificate shown) {
    try {
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(shown.store(), "changeit".toCharArray());
      var tls = SSLContext.getInstance("TLS");
      tls.init(keys.getKeyManagers(), null, null);
      return tls;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
