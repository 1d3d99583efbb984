package dev.deployclaw.container.approval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.approval.TestMailServer.Mood;
import dev.deployclaw.container.approval.TestMailServer.Received;
import dev.deployclaw.container.approval.TestMailServer.Stage;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.http.Served;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds by mail: told once, and their end in the same thread. */
class EmailApprovalTest {
  private static final String ANN = "ann@example.net";
  private static final String BOB = "bob@example.net";

  @TempDir Path folder;

  private final ShiftedClock clock = new ShiftedClock();
  private final TestMailServer mail = TestMailServer.start();
  private Served served;

  @BeforeEach
  void start() throws Exception {
    var server =
        new Platform.MailServer(
            "127.0.0.1", mail.port(), false, Optional.empty(), "", SecretValue.NONE);
    var channel =
        new ApprovalChannelConfig(
            "reviews",
            Optional.of("https://agent.example.net/"),
            Map.of(),
            new Platform.Email(server, "deployclaw@example.net", List.of(ANN, BOB)));
    served = Served.withChannels(folder, List.of(channel), SlackWorkspace.QUICK, clock);
  }

  @AfterEach
  void stop() {
    served.close();
    mail.close();
  }

  @Test
  void mailsAHoldAndItsEndInOneThread() {
    String id = held();
    var first = mails(1).getFirst();
    String link = "https://agent.example.net/console/executions/" + id;
    assertThat(first.recipients()).containsExactly(ANN, BOB);
    assertThat(first.header("Subject")).isEqualTo(id + " waits for an approval");
    assertThat(first.header("Auto-Submitted")).isEqualTo("auto-generated");
    assertThat(first.header("Message-ID")).matches("<[0-9a-f]{32}@example\\.net>");
    assertThat(first.header("In-Reply-To")).isNull();
    assertThat(first.body())
        .contains("olivia asks: apply manually", "acme", "Expires ", "Plan ", link)
        .contains("<a href=\"" + link + "\">")
        .doesNotContain("<img", "approve?");

    assertThat(served.approve(id, Served.ANN).status()).isEqualTo(202);

    var second = answer();
    assertThat(second.body()).contains("Approved by ann in the API, ").doesNotContain("Decide");
    assertThat(second.header("In-Reply-To")).isEqualTo(first.header("Message-ID"));
    assertThat(second.header("References")).isEqualTo(first.header("Message-ID"));
    assertThat(second.header("Subject")).isEqualTo("Re: " + id + " waits for an approval");
    assertThat(second.header("Message-ID")).isNotEqualTo(first.header("Message-ID"));
    BoundedWait.until(
        "forgotten",
        ServerFixture.SOON,
        () -> served.world.store.list("approval-message/").isEmpty());
  }

  @Test
  void tellsATimeoutAsATimeout() {
    String id = held();
    var _ = mails(1);

    clock.pass(Duration.ofHours(2));

    assertThat(answer().body()).contains("Expired: not decided in time");
    assertThat(served.world.change(id).orElseThrow().approval()).isEmpty();
  }

  /** The server kept the mail each time: it knows by the id that it is the same. */
  @Test
  void aMailThatIsSentAgainHasTheSameId() {
    mail.mood.add(new Mood(Stage.CONTENT, TestMailServer.CLOSES));
    mail.mood.add(new Mood(Stage.CONTENT, TestMailServer.HANGS));
    mail.mood.add(new Mood(Stage.CONTENT, 451));

    var _ = held();

    assertThat(mails(4)).extracting(m -> m.header("Message-ID")).containsOnly(messageId());
  }

  @Test
  void sendsOnceMoreAfterEachRefusal() {
    mail.mood.add(new Mood(Stage.SENDER, 451));
    mail.mood.add(new Mood(Stage.SENDER, 550));
    mail.mood.add(new Mood(Stage.RECIPIENT, 421));
    mail.mood.add(new Mood(Stage.RECIPIENT, 452));
    mail.mood.add(new Mood(Stage.RECIPIENT, TestMailServer.CLOSES));

    String id = held();

    var _ = mails(1);
    assertThat(mail.mood).isEmpty();
    assertThat(served.approve(id, Served.ANN).status()).isEqualTo(202);
    served.awaitResult(id, "COMPLETED");
  }

  @Test
  void aMailboxThatIsGoneHoldsUpNoOther() {
    mail.unknown = BOB;

    String id = held();

    assertThat(mails(1).getFirst().recipients()).containsExactly(ANN);
    served.approve(id, Served.ANN);
    assertThat(answer().recipients()).containsExactly(ANN);
  }

  private String messageId() {
    return mail.received.getFirst().header("Message-ID");
  }

  private String held() {
    return served.done("apply manually", "HELD");
  }

  /** The first mail in the thread of another. */
  private Received answer() {
    BoundedWait.until("an answer", ServerFixture.SOON, () -> answers().findFirst().isPresent());
    return answers().findFirst().orElseThrow();
  }

  private Stream<Received> answers() {
    return mail.received.stream().filter(m -> m.header("In-Reply-To") != null);
  }

  private List<Received> mails(int count) {
    BoundedWait.until(count + " mails", ServerFixture.SOON, () -> mail.received.size() >= count);
    return List.copyOf(mail.received);
  }
}
