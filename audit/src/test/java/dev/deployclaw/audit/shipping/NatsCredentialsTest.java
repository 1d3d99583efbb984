package dev.deployclaw.audit.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.audit.stream.AuditStream;
import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.Connection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that lets the agent in no more while records are shipped: it says what to do, records
 * wait up to the limit, and on its return each is in the stream once. 40 records before, 30 while
 * it lasts, 30 after it.
 */
@Slow(
    guard =
        "dev.deployclaw.audit.shipping.NatsShippingTest#goesOnWithoutAServerAndShipsAtTheNextStart",
    because = "it waits until a connection is refused")
@SuppressWarnings("try") // closing a NATS connection can be interrupted
class NatsCredentialsTest {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final long FEW_BYTES = 8_192;
  private static final String PASSWORD = "correct-horse-battery";
  private static final String USERS =
      """
      authorization {
        users: [
          { user: watcher, password: looking-only-1 }
          { user: agent, password: "%s", permissions: { publish: %s } }
        ]
      }
      """;
  private static final String ALL = "[\">\"]";
  private static final String NO_RECORDS = "{ allow: \">\", deny: \"deployclaw.audit.>\" }";

  @TempDir Path folder;
  private final List<SealedRecord> chain = Runs.ofLength(Runs.ID, 100);

  @Test
  void aRevokedUserShipsAgainWithTheCredentialsThatArePutInItsPlace() throws Exception {
    var accounts = NatsAccounts.in(folder);
    String before = accounts.lines();
    try (var nats = NatsServer.start(folder.resolve("nats"), before);
        var journal = FileJournal.open(state(), accounts.settings(nats), EVERY)) {
      append(journal, 0, 40);
      assertThat(journal.flush(LONG).pending()).isZero();

      accounts.revoke();
      reload(nats, before, accounts.lines());
      append(journal, 40, 70);
      awaitReason(journal, "refuses the credentials in " + accounts.credentials());
      accounts.renew();
      append(journal, 70, 100);

      awaitAll(journal);
      try (var connection = accounts.watcher(nats)) {
        assertAllOnce(connection);
      }
    }
  }

  @Test
  void aPasswordThatTheServerKnowsNoMoreIsSaidAndTheBacklogIsBounded() throws Exception {
    String lines = USERS.formatted(PASSWORD, ALL);
    try (var nats = NatsServer.start(folder.resolve("nats"), lines);
        var journal = FileJournal.open(state(), settings(nats), EVERY)) {
      append(journal, 0, 40);
      assertThat(journal.flush(LONG).pending()).isZero();
      assertThat(journal.stream().full()).isEmpty();

      String other = USERS.formatted("another-password-2", ALL);
      reload(nats, lines, other);
      append(journal, 40, 70);
      awaitReason(journal, "refuses the user or the password in nats.url");
      assertThat(journal.shipping().reason()).doesNotContain(PASSWORD);
      assertThat(journal.stream().full())
          .hasValueSatisfying(why ->
              assertThat(why)
                  .contains("nothing is lost", "a rollback still works")
                  .doesNotContain(PASSWORD));
      reload(nats, other, lines);
      append(journal, 70, 100);

      awaitAll(journal);
      assertThat(journal.stream().full()).isEmpty();
      try (var connection = watcher(nats)) {
        assertAllOnce(connection);
      }
    }
  }

  @Test
  void aRightThatWasTakenIsNamed() throws Exception {
    String lines = USERS.formatted(PASSWORD, ALL);
    try (var nats = NatsServer.start(folder.resolve("nats"), lines);
        var journal = FileJournal.open(state(), settings(nats), EVERY)) {
      append(journal, 0, 40);
      assertThat(journal.flush(LONG).pending()).isZero();

      String less = USERS.formatted(PASSWORD, NO_RECORDS);
      reload(nats, lines, less);
      append(journal, 40, 70);
      awaitReason(journal, "let the agent's user publish to deployclaw.audit.>");
      reload(nats, less, lines);
      append(journal, 70, 100);

      awaitAll(journal);
      try (var connection = watcher(nats)) {
        assertAllOnce(connection);
      }
    }
  }

  private static void reload(NatsServer nats, String from, String to) throws IOException {
    Path conf = nats.daemon().folder().resolve("nats.conf");
    String text = Files.readString(conf);
    assertThat(text).contains(from);
    Files.writeString(conf, text.replace(from, to));
    long before = reloads(nats);
    nats.daemon().hangUp();
    BoundedWait.until("the server has read it", LONG, () -> reloads(nats) > before);
  }

  private static long reloads(NatsServer nats) {
    try (var lines = Files.lines(nats.daemon().log())) {
      return lines.filter(line -> line.contains("Reloaded server configuration")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void append(FileJournal journal, int from, int to) {
    chain.subList(from, to).forEach(sealed -> journal.append(Runs.ID, sealed));
  }

  private static void awaitReason(FileJournal journal, String words) {
    BoundedWait.until(words, LONG, () -> journal.shipping().reason().contains(words));
  }

  private static void awaitAll(FileJournal journal) {
    BoundedWait.until("all is shipped", LONG, () -> journal.shipping().pending() == 0);
  }

  private void assertAllOnce(Connection connection) throws Exception {
    var info = connection.jetStreamManagement().getStreamInfo(AuditStream.NAME);
    assertThat(info.getStreamState().getMsgCount()).isEqualTo(chain.size());
    for (int i = 0; i < chain.size(); i++) {
      String subject = StreamRecord.of(Runs.ID, i + 1L, chain.get(i).bytes()).subject();
      var there = connection.jetStreamManagement().getLastMessage(AuditStream.NAME, subject);
      assertThat(there.getData()).isEqualTo(chain.get(i).bytes());
    }
  }

  private static Connection watcher(NatsServer nats) throws IOException, InterruptedException {
    return io.nats.client.Nats.connect(withUser(nats, "watcher:looking-only-1"));
  }

  private NatsSettings settings(NatsServer nats) {
    return new NatsSettings(
        withUser(nats, "agent:" + PASSWORD),
        Optional.empty(),
        Duration.ofSeconds(5),
        FEW_BYTES,
        Optional.empty(),
        TlsSettings.DEFAULT);
  }

  private static String withUser(NatsServer nats, String user) {
    return nats.url().replace("nats://", "nats://" + user + "@");
  }

  private Path state() {
    return folder.resolve("state");
  }
}
