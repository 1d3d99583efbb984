package dev.deployclaw.audit.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.export.LogExport.Format;
import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogArchiver;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.audit.signing.LogEndVerifier;
import dev.deployclaw.core.fake.FakeObjectStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A log that fails its verification can't hide behind what it says of itself. */
class LogSearchTest {
  private static final int LIMIT = 10;

  @TempDir Path state;

  private ExportedLogs logs;

  @BeforeEach
  void logs() {
    logs = new ExportedLogs(state);
  }

  @Test
  void aVerifiedLogIsFoundByWhatItSays() throws Exception {
    String id = logs.signed("2/approved");

    assertThat(found(ExportPeriod.ALL, "", "")).containsExactly(Map.entry(id, "verified"));
    assertThat(found(ExportPeriod.ALL, "", "initech")).containsKey(id);
    assertThat(found(ExportPeriod.ALL, "mallory", "")).isEmpty();
    assertThat(found(ExportPeriod.ALL, "", "acme")).isEmpty();
    assertThat(found(ExportPeriod.month("2001-01"), "", "")).isEmpty();
  }

  @Test
  void aForgedLogIsFoundWhateverItSays() throws Exception {
    var failed = Map.entry(forged(), "failed");

    assertThat(found(ExportPeriod.ALL, "mallory", "")).containsExactly(failed);
    assertThat(found(ExportPeriod.ALL, "", "acme")).containsExactly(failed);
    assertThat(found(ExportPeriod.month("2001-01"), "", "")).containsExactly(failed);
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void aForgedLogIsInTheExportOfEachPeriod(Format format) throws Exception {
    String id = forged();

    assertThat(logs.export(format, ExportPeriod.month("2001-01"))).contains(id);
    assertThat(logs.totals().count(LogVerdict.Kind.FAILED)).isEqualTo(1);
  }

  @Test
  void aPageEndsWithTheLogThatHasTheMostRecords() throws Exception {
    var all = List.of(logs.signed("2/approved"), logs.signed("2/raised"), logs.signed("2/refused"));
    try (var journal = FileJournal.open(state)) {
      var search = new LogSearch(journal, LogEndVerifier.of(state, Set.of()));
      int two =
          journal.read(journal.known().get(2)).size() + journal.read(journal.known().get(1)).size();

      var some = search.find(query(Optional.empty(), "eve"), two);
      var rest = search.find(query(some.next(), "eve"), two);

      assertThat(all).hasSameElementsAs(journal.known());
      assertThat(some.read()).isEqualTo(2);
      assertThat(some.next()).contains(journal.known().get(1));
      assertThat(rest.read()).isEqualTo(1);
      assertThat(rest.next()).isEmpty();
    }
  }

  @Test
  void aLogWithMoreRecordsThanAPageVerifiesSaysSo() throws Exception {
    String id =
        logs.unsigned(ExportedLogs.edited("2/approved", r -> r.put("detail", "x".repeat(300_000))));
    try (var journal = FileJournal.open(state)) {
      var search = new LogSearch(journal, LogEndVerifier.of(state, Set.of()));
      int records = journal.read(id).size();

      var page = search.find(query(Optional.empty(), "eve"), records - 1);

      assertThat(verdicts(page.logs())).containsExactly(Map.entry(id, "unknown"));
      assertThat(page.logs().getFirst().get("reason"))
          .isEqualTo(records + " records are too many for a page: deployclaw audit verify");
      assertThat(verdicts(search.find(query(Optional.empty(), "eve"), records).logs()))
          .containsExactly(Map.entry(id, "failed"));
    }
  }

  /** The bucket isn't even asked. */
  @Test
  void aLogInTheBucketWithMoreRecordsThanAPageVerifiesIsNotRead() throws Exception {
    String id = logs.signed("2/approved");
    var bucket = new FakeObjectStore();
    var signer = HeadSigner.open(state);
    assertThat(LogArchiver.of(state, bucket, signer).store().stored()).isEqualTo(1);
    try (var journal = FileJournal.open(state, LogCopyVerifier.of(state, bucket, signer))) {
      var proven = journal.bucket().prove(id).orElseThrow();
      assertThat(journal.bucket().letGo(id, proven)).isTrue();
      var search = new LogSearch(journal, LogEndVerifier.of(state, Set.of()));
      int records = proven.records().size();
      bucket.reachable(false);

      var page = search.find(query(Optional.empty(), ""), records - 1);

      assertThat(verdicts(page.logs())).containsExactly(Map.entry(id, "unknown"));
      assertThat(page.logs().getFirst().get("reason"))
          .isEqualTo(
              records + " records in the bucket are too many for a page: deployclaw audit verify");
      bucket.reachable(true);
      assertThat(verdicts(search.find(query(Optional.empty(), ""), records).logs()))
          .containsExactly(Map.entry(id, "verified"));
    }
  }

  /** Else a mark that anybody wrote would keep a log from being read. */
  @Test
  void aMarkThatNoTrustedKeySignedCountsNoRecords() throws Exception {
    String id = logs.signed("2/approved");
    var bucket = new FakeObjectStore();
    var signer = HeadSigner.open(state);
    assertThat(LogArchiver.of(state, bucket, signer).store().stored()).isEqualTo(1);
    try (var journal = FileJournal.open(state, LogCopyVerifier.of(state, bucket, signer))) {
      assertThat(journal.bucket().letGo(id, journal.bucket().prove(id).orElseThrow())).isTrue();
      var mark = state.resolve("executions").resolve(id + JournalFolder.STORED);
      Files.writeString(
          mark, Files.readString(mark).replace("\"signature\":\"", "\"signature\":\"A"));
      var search = new LogSearch(journal, LogEndVerifier.of(state, Set.of()));

      var page = search.find(query(Optional.empty(), ""), 1);

      assertThat(verdicts(page.logs())).containsExactly(Map.entry(id, "failed"));
    }
  }

  private static LogSearch.Query query(Optional<String> after, String person) {
    return new LogSearch.Query(ExportPeriod.ALL, person, "", after, LIMIT);
  }

  /** Changed behind its signature, and hashed again. */
  private String forged() {
    String id = logs.signed("2/approved");
    logs.unsigned(
        ExportedLogs.edited("2/approved", r -> r.put("detail", r.get("detail") + " as agreed")));
    return id;
  }

  private Map<String, String> found(ExportPeriod period, String person, String tenant) {
    try (var journal = FileJournal.open(state)) {
      var search = new LogSearch(journal, LogEndVerifier.of(state, Set.of()));
      var page = search.find(new LogSearch.Query(period, person, tenant, Optional.empty(), LIMIT));
      return verdicts(page.logs());
    }
  }

  private static Map<String, String> verdicts(List<Map<String, Object>> rows) {
    return rows.stream()
        .collect(
            Collectors.toMap(
                row -> String.valueOf(row.get("execution_id")),
                row -> String.valueOf(row.get("verdict"))));
  }
}
