package dev.deployclaw.container.wiring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.signin.SignInJournal;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.container.server.ExecutorBrake;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.policy.wire.ProbeKeyPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeKeyFileTest {
  private static final int STARTS = 8;

  @TempDir Path folder;

  @Test
  void isMadeOnceAndForItsOwnerAlone() throws Exception {
    var first = ProbeKeyFile.open(folder.resolve("state"));
    var second = ProbeKeyFile.open(folder.resolve("state"));

    var file = folder.resolve("state/probe.key");
    assertThat(second).isEqualTo(first);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(file).isRegularFile();
    assertThat(folder.resolve("state")).isDirectoryNotContaining("glob:**.new");
  }

  /** In the application's log and in answers, in what people type, and in records. */
  @Test
  void thePrivateHalfIsHiddenInWhatTheProcessSaysAndKeeps() throws Exception {
    String key = ProbeKeyFile.open(folder).privateKey();
    String text = "signed by " + key + " as usual";

    assertThat(SecretRegistry.hidden(text)).doesNotContain(key);
    assertThat(TextMask.OWN.masked(text)).doesNotContain(key);
    assertThat(SecretRegistry.known()).contains(key);
  }

  /** Of a caller who writes it where a name or a reason belongs. */
  @Test
  void thePrivateHalfIsInNoRecordOfASignIn() throws Exception {
    String key = ProbeKeyFile.open(folder).privateKey();
    var agent = ServerFixture.estate(new FakeEstate(), new ExecutorBrake(), folder, List.of());
    try (var server = AgentServer.start(agent, ServerFixture.bounds(8, Duration.ofSeconds(10)))) {
      server.signIns().denied("caller " + key, "for " + key, "token", "10.0.0.7");
    }

    var logs = JournalFolder.in(SignInJournal.folder(folder));
    var records = new String(RecordLines.join(logs.all(logs.executions().getFirst())), UTF_8);
    assertThat(records).contains("10.0.0.7").doesNotContain(key);
  }

  @Test
  void theAgentGetsThePublicHalfWithoutTheOther() throws Exception {
    String made = ProbeKeyFile.publicKey(folder);
    var keys = ProbeKeyFile.open(folder);

    assertThat(made).isEqualTo(keys.publicKey());
    assertThat(folder.resolve("probe.pub")).content().isEqualTo(made + "\n");
    Files.delete(folder.resolve("probe.key"));
    assertThat(ProbeKeyFile.publicKey(folder)).isEqualTo(made);
    assertThat(folder.resolve("probe.key")).doesNotExist();
  }

  @Test
  void isOneForAllThatStartAtOnce() throws Exception {
    var together = new CyclicBarrier(STARTS);
    Callable<ProbeKeyPair> start =
        () -> {
          together.await();
          return ProbeKeyFile.open(folder);
        };

    var keys = new ArrayList<ProbeKeyPair>();
    try (var threads = Executors.newFixedThreadPool(STARTS)) {
      var starts = new ArrayList<Future<ProbeKeyPair>>();
      for (int i = 0; i < STARTS; i++) {
        starts.add(threads.submit(start));
      }
      for (var one : starts) {
        keys.add(one.get());
      }
    }

    assertThat(keys).hasSize(STARTS);
    assertThat(keys.stream().distinct()).hasSize(1);
  }

  @Test
  void isRefusedWhenItHoldsSomethingElse() throws Exception {
    Files.writeString(folder.resolve("probe.key"), "no\nkey\n");

    assertThatThrownBy(() -> ProbeKeyFile.open(folder))
        .isInstanceOf(SetupException.class)
        .hasMessageContaining("doesn't hold an Ed25519 key pair")
        .hasMessageContaining("remove it");
  }
}
