package dev.deployclaw.container.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.doctor.Diagnosis.Level;
import dev.deployclaw.core.log.StreamCopy;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.executors.s3.S3ObjectStore;
import dev.deployclaw.executors.s3.S3Settings;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.finding.Severity;
import dev.deployclaw.testkit.network.FakeHttpServer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can't be seen on a lab that is well; the rest is tested there. */
class DoctorTest {
  @TempDir Path folder;

  @Test
  void findsAnObjectStoreThatOverwrites() throws Exception {
    var server = overwriting();
    try (var store = new S3ObjectStore(settings(server.port()))) {
      var found = StorageChecks.objects(store);

      assertThat(found).extracting(Diagnosis::level).containsExactly(Level.ERROR);
      assertThat(found.getFirst().found()).contains("ignores If-None-Match");
      assertThat(found.getFirst().remedy()).isNotEmpty();
    } finally {
      server.close();
    }
  }

  @Test
  void findsAnObjectStoreThatIsNotThere() throws Exception {
    var server = overwriting();
    int port = server.port();
    server.close();
    try (var store = new S3ObjectStore(settings(port))) {
      assertThat(StorageChecks.objects(store))
          .extracting(Diagnosis::level)
          .containsExactly(Level.UNREACHABLE);
    }
  }

  @Test
  void findsAStateFolderThatTakesNoFile() throws Exception {
    var file = Files.writeString(folder.resolve("file"), "");

    assertThat(StateFolderCheck.examine(folder.resolve("state")))
        .extracting(Diagnosis::level)
        .isSubsetOf(Level.OK, Level.WARNING);
    assertThat(StateFolderCheck.examine(file.resolve("state")))
        .extracting(Diagnosis::level)
        .containsExactly(Level.ERROR);
    assertThat(folder.resolve("state")).isEmptyDirectory();
  }

  @Test
  void aNodeThatIsTooSlowAtTimesIsAWarningAndNoPolicyAdmitsNothing() {
    var slow = found(CheckKind.LATENCY, Map.of("p99_us", 75_000L));
    var empty = found(CheckKind.PARTITION, Map.of("admits", List.of()));

    assertThat(CollectedDiagnoses.of("redis", f -> RedisClusterCheck.tell(List.of(slow, empty), f)))
        .containsExactly(new Diagnosis("redis", Level.WARNING, "found", "remedy"));
  }

  private static PolicyFinding found(CheckKind check, Map<String, Object> evidence) {
    return new PolicyFinding(
        Severity.INFO,
        check,
        Optional.empty(),
        Optional.empty(),
        "found",
        "remedy",
        new TreeMap<>(evidence));
  }

  /** A stream as tests want it. */
  private record Known(List<Stuck> stuck, long unrepaired, int uncounted) implements StreamCopy {
    @Override
    public List<Repaired> repaired() {
      return List.of();
    }

    @Override
    public List<Fork> forks() {
      return List.of();
    }

    @Override
    public void alarmed(Fork fork) {}

    @Override
    public Optional<String> full() {
      return Optional.empty();
    }
  }

  @Test
  void namesARecordThatCannotBeShippedAndWhatGoesOn() {
    var stuck = new StreamCopy.Stuck("arch-one", 6, "it has 12,345 bytes", "raise max_payload");

    var told = StorageChecks.log(new Known(List.of(stuck), 3, 70));

    assertThat(told)
        .extracting(Diagnosis::level)
        .containsExactly(Level.ERROR, Level.WARNING, Level.WARNING);
    assertThat(told.getFirst().found())
        .isEqualTo("arch-one isn't copied to the stream from record 6 on: it has 12,345 bytes");
    assertThat(told.getFirst().remedy()).isEqualTo("raise max_payload");
    assertThat(told.get(1).found()).contains("3 records that the stream lost");
    assertThat(told.get(2).found()).contains("the 70 oldest logs");
    assertThat(StorageChecks.log(new Known(List.of(), 0, 0)))
        .extracting(Diagnosis::level)
        .containsExactly(Level.OK);
  }

  @Test
  void namesAServiceWithoutItsCredentialsAndWhatToDo() {
    var well = MemberReport.yes("ratelimit/a", "", Map.of("etcd", "ok", "redis", "ok"));
    var without =
        MemberReport.yes(
            "ratelimit/b", "", Map.of("etcd", "it wants a user", "redis", "NOAUTH: give a user"));

    var told = RateLimitServiceCheck.told(List.of(well, without));

    assertThat(told)
        .filteredOn(d -> d.level() == Level.ERROR)
        .extracting(Diagnosis::found)
        .containsExactly(
            "ratelimit/b can't read etcd: it wants a user",
            "ratelimit/b can't ask Redis: NOAUTH: give a user");
    assertThat(told).filteredOn(d -> d.level() == Level.OK).hasSize(1);
  }

  @Test
  void namesWhoDoesNotAnswerAndCountsTheOthers() {
    var told =
        ExecutorCheck.told(
            "gateway",
            List.of(
                MemberReport.yes("gateway/a/1", "", Map.of()),
                MemberReport.unknown("gateway/a/2", "no answer"),
                MemberReport.no("gateway/a/3", "denied"),
                MemberReport.skipped("gateway/a/4", "not configured")));

    assertThat(told)
        .extracting(Diagnosis::level)
        .containsExactly(Level.OK, Level.UNREACHABLE, Level.ERROR, Level.SKIPPED);
    assertThat(told.getFirst().found()).isEqualTo("1 of 4 answer");
    assertThat(told.get(1).found()).isEqualTo("gateway/a/2: no answer");
  }

  @Test
  void examinesAllPartsAndTellsThemInOrder() throws Exception {
    var one = new DoctorCheck("one", () -> List.of(new Diagnosis("one", Level.OK, "well", "")));
    var two =
        new DoctorCheck("two", () -> List.of(new Diagnosis("two", Level.ERROR, "ill", "rest")));

    assertThat(new Doctor(List.of(one, two)).examine())
        .extracting(Diagnosis::about)
        .containsExactly("one", "two");
  }

  /** Takes every object, whatever the condition says. */
  private static FakeHttpServer overwriting() {
    return FakeHttpServer.start(_ -> new FakeHttpServer.Answer(200, Map.of("ETag", "\"0\"")));
  }

  private static S3Settings settings(int port) {
    return new S3Settings(
        URI.create("http://127.0.0.1:" + port),
        "us-east-1",
        "checkpoints",
        "key",
        "secret",
        true,
        Duration.ofSeconds(5),
        TlsSettings.DEFAULT);
  }
}
