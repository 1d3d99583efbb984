package dev.deployclaw.container.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.stream.NatsSettings;
import dev.deployclaw.audit.stream.StreamHealth;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.doctor.Diagnosis.Level;
import dev.deployclaw.container.doctor.NatsStreamCheck.NatsSyncMode;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.server.NatsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of the stream and of how real servers keep it. */
class NatsStreamCheckTest {
  private static final String STORE = "max_file_store: 1GB";

  @TempDir Path folder;
  private final String monitor = "127.0.0.1:" + FreePortFinder.free();

  @Test
  void saysThatEachMessageIsSyncedWhereItIs() throws Exception {
    try (var nats = server("always")) {
      assertThat(look(nats, "http://" + monitor))
          .extracting(Diagnosis::level)
          .containsExactly(Level.OK, Level.OK);
      assertThat(look(nats, "http://" + monitor).getLast().found())
          .isEqualTo(
              "the server at %s syncs each message before it acknowledges it (sync_interval: always)"
                  .formatted(monitor));
    }
  }

  @Test
  void warnsOfAServerThatSyncsNowAndThenAndSaysWhatToDo() throws Exception {
    try (var nats = server("10s")) {
      var said = look(nats, "http://" + monitor).getLast();

      assertThat(said.level()).isEqualTo(Level.WARNING);
      assertThat(said.found()).contains(monitor + " syncs every 10 s", "it can lose");
      assertThat(said.remedy()).contains("sync_interval: always");
    }
  }

  @Test
  void saysThatItCannotBeSeenWhereNobodySaidWhere() throws Exception {
    try (var nats = server("always")) {
      var said = look(nats).getLast();

      assertThat(said.level()).isEqualTo(Level.WARNING);
      assertThat(said.found()).contains("sync_interval: always", "it is unknown");
      assertThat(said.remedy()).contains("nats.monitors");
    }
  }

  @Test
  void saysThatItCannotBeSeenWhereNobodyAnswersOrItIsSomethingElse() throws Exception {
    try (var nats = server("always")) {
      var said =
          look(nats, "http://127.0.0.1:" + FreePortFinder.free(), "http://" + nats.address());

      assertThat(said)
          .filteredOn(d -> d.found().contains("it is unknown"))
          .hasSize(2)
          .allMatch(d -> d.level() == Level.WARNING)
          .allMatch(d -> d.remedy().contains("http_port"));
    }
  }

  @Test
  void doesNotTakeTheWordOfAnotherServer() {
    var kept = new StreamHealth.Kept(7, 3, StreamHealth.ENOUGH, "A");

    assertThat(
            CollectedDiagnoses.of(
                "nats",
                f -> NatsStreamCheck.unseen(kept, List.of(new NatsSyncMode.Always("b:1", "B")), f)))
        .singleElement()
        .satisfies(d -> assertThat(d.found()).contains("nats.monitors doesn't name"));
    assertThat(
            CollectedDiagnoses.of(
                "nats",
                f -> NatsStreamCheck.unseen(kept, List.of(new NatsSyncMode.Always("a:1", "A")), f)))
        .singleElement()
        .satisfies(
            d -> assertThat(d.found()).contains("3 servers", "the sync settings of 1 are known"));
    assertThat(
            CollectedDiagnoses.of(
                "nats",
                f ->
                    NatsStreamCheck.unseen(
                        kept,
                        List.of(
                            new NatsSyncMode.Always("a:1", "A"),
                            new NatsSyncMode.Always("b:1", "B"),
                            new NatsSyncMode.Periodic("c:1", "C", 120)),
                        f)))
        .isEmpty();
  }

  @Test
  void warnsOfOneServerAndOfSmallMessagesAndNamesSettingsThatAreWrong() {
    assertThat(
            CollectedDiagnoses.of(
                "nats",
                f ->
                    NatsStreamCheck.tell(new StreamHealth.Kept(7, 1, StreamHealth.ENOUGH, "A"), f)))
        .extracting(Diagnosis::level)
        .containsExactly(Level.WARNING);
    assertThat(
            CollectedDiagnoses.of(
                "nats",
                f ->
                    NatsStreamCheck.tell(new StreamHealth.Kept(7, 3, StreamHealth.ENOUGH, "A"), f)))
        .extracting(Diagnosis::level)
        .containsExactly(Level.OK);
    assertThat(
            CollectedDiagnoses.of(
                "nats", f -> NatsStreamCheck.tell(new StreamHealth.Kept(7, 3, 65_536, "A"), f)))
        .extracting(Diagnosis::level)
        .containsExactly(Level.OK, Level.WARNING);
    assertThat(
            CollectedDiagnoses.of(
                "nats",
                f -> NatsStreamCheck.tell(new StreamHealth.Unfit("deny_purge must be true"), f)))
        .singleElement()
        .satisfies(d -> {
          assertThat(d.level()).isEqualTo(Level.ERROR);
          assertThat(d.found()).contains("deny_purge");
        });
    assertThat(
            CollectedDiagnoses.of(
                "nats", f -> NatsStreamCheck.tell(new StreamHealth.Trouble("refused"), f)))
        .extracting(Diagnosis::level)
        .containsExactly(Level.UNREACHABLE);
  }

  /** Which syncs so often, and tells so. */
  private NatsServer server(String sync) throws IOException {
    var nats = NatsServer.start(folder.resolve("nats"), "http: " + monitor);
    Path conf = nats.daemon().folder().resolve("nats.conf");
    String text = Files.readString(conf);
    assertThat(text).contains(STORE);
    Files.writeString(conf, text.replace(STORE, STORE + "\n  sync_interval: " + sync));
    nats.restart();
    return nats;
  }

  private static List<Diagnosis> look(NatsServer nats, String... monitors) throws Exception {
    var config =
        new AgentConfig.Nats(
            nats.url(),
            Optional.empty(),
            "",
            SecretValue.NONE,
            TlsSettings.DEFAULT,
            Duration.ofSeconds(5),
            64,
            List.of(monitors));
    return NatsStreamCheck.examine(StreamHealth.of(NatsSettings.of(nats.url())), config);
  }
}
