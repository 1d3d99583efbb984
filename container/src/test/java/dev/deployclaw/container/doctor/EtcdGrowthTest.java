package dev.deployclaw.container.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.doctor.Diagnosis.Level;
import dev.deployclaw.executors.etcd.EtcdHealth;
import dev.deployclaw.executors.etcd.EtcdHealth.Member;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.testkit.server.EtcdServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An etcd that keeps all that was ever written, or much more than it uses, is told of. */
class EtcdGrowthTest {
  private static final long MIB = 1L << 20;

  @TempDir Path folder;

  @Test
  void countsWhatIsKeptUntilSomethingIsCompacted() throws Exception {
    try (var etcd = EtcdServer.start(folder);
        var http = HttpClient.newHttpClient()) {
      var settings = EtcdSettings.of(etcd.endpoint(), "/deployclaw/default/");
      for (int i = 0; i < 20; i++) {
        say(http, etcd, "kv/put", "{\"key\":\"a2V5\",\"value\":\"dg==\"}");
      }
      var before = EtcdHealth.of(settings);
      say(http, etcd, "kv/compaction", "{\"revision\":\"15\"}");

      assertThat(before.history()).isEqualTo(21);
      assertThat(EtcdHealth.of(settings).history()).isZero();
      assertThat(before.members().getFirst().used()).isPositive();
    }
  }

  @Test
  void warnsOfAHistoryThatNobodyCompacts() {
    var member = new Member("http://a:2379", "3.5.30", 300 * MIB, 290 * MIB, "");

    assertThat(
            CollectedDiagnoses.of(
                "etcd",
                f -> StorageChecks.tell(new EtcdHealth(List.of(member), List.of(), 60_000), f)))
        .filteredOn(d -> d.level() == Level.WARNING)
        .singleElement()
        .satisfies(d -> {
          assertThat(d.found()).contains("nothing was ever compacted: 60,000 revisions");
          assertThat(d.remedy()).contains("--auto-compaction-retention=1h");
        });
    assertThat(
            CollectedDiagnoses.of(
                "etcd", f -> StorageChecks.tell(new EtcdHealth(List.of(member), List.of(), 0), f)))
        .extracting(Diagnosis::level)
        .containsExactly(Level.OK);
  }

  @Test
  void warnsOfSpaceThatIsNotGivenBackAndOfAnAlarm() {
    var member = new Member("http://a:2379", "3.5.30", 600 * MIB, 100 * MIB, "");

    var told =
        CollectedDiagnoses.of(
            "etcd",
            f -> StorageChecks.tell(new EtcdHealth(List.of(member), List.of("NOSPACE"), 0), f));

    assertThat(told).extracting(Diagnosis::level).containsExactly(Level.WARNING, Level.ERROR);
    assertThat(told.getFirst().found()).contains("of which 100 MiB are used");
    assertThat(told.getFirst().remedy()).contains("etcdctl defrag");
  }

  private static void say(HttpClient http, EtcdServer etcd, String what, String body)
      throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(etcd.endpoint() + "/v3/" + what))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
  }
}
