package dev.deployclaw.audit.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.deployclaw.audit.export.ExportPeriod;
import dev.deployclaw.audit.export.LogVerdict;
import dev.deployclaw.audit.export.LoggedRecord;
import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.audit.signin.SignInEvent.Kind;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogCopyVerifier;
import dev.deployclaw.audit.verify.LogVerifier;
import dev.deployclaw.core.fake.FakeObjectStore;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.ExecutableFinder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sign-ins in logs of an hour each, and what is done to those. */
class SignInJournalTest {
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");
  private static final SignInEvent OLIVIA =
      SignInEvent.of(Kind.SIGNED_IN, "olivia", "token", "10.0.0.7");
  private static final SignInEvent FORGED =
      SignInEvent.of(Kind.REFUSED, "", "token", "10.6.6.6").because("this credential is unknown");

  @TempDir Path state;

  private final FakeObjectStore bucket = new FakeObjectStore();
  private HeadSigner signer;
  private SignInJournal journal;

  @BeforeEach
  void open() {
    signer = HeadSigner.open(state);
    journal = opened(NOON);
  }

  @AfterEach
  void close() {
    journal.close();
  }

  @Test
  void eachRecordSaysWhoByWhatFromWhereAndWhy() throws Exception {
    assertThat(journal.write(OLIVIA, NOON)).isTrue();
    assertThat(journal.write(FORGED, NOON.plusSeconds(1))).isTrue();
    assertThat(journal.write(SignInEvent.leftOut(40), NOON.plusSeconds(2))).isTrue();

    var events = events();

    assertThat(events)
        .extracting(SignInEvent::kind)
        .containsExactly(Kind.BEGAN, Kind.SIGNED_IN, Kind.REFUSED, Kind.LEFT_OUT);
    assertThat(events.get(1)).isEqualTo(OLIVIA);
    assertThat(events.get(2)).isEqualTo(FORGED);
    assertThat(events.get(3).count()).isEqualTo(40);
  }

  @Test
  void theFactsFitTheirSchema() throws Exception {
    journal.write(OLIVIA, NOON);
    journal.write(FORGED, NOON);
    journal.write(SignInEvent.leftOut(2), NOON);
    journal.write(OLIVIA, NOON.plus(Duration.ofHours(1)));
    var schema = schema();

    for (var entry : records()) {
      if (!entry.isEnd()) {
        assertThat(faults(schema, entry.facts())).isEmpty();
      }
    }
    assertThat(faults(schema, Map.of("event", "stolen", "count", 1L))).isNotEmpty();
    assertThat(faults(schema, Map.of("event", "refused", "count", 1L, "token", "x"))).isNotEmpty();
  }

  /** The same programs verify it as the logs of executions. */
  @Test
  void bothVerifiersTakeTheDocumentOfAnHourThatIsOver() throws Exception {
    journal.write(OLIVIA, NOON);
    journal.write(FORGED, NOON);
    journal.turn(NOON.plus(Duration.ofHours(1)));
    var log = names().getFirst();
    byte[] document = document(log);

    assertThat(LogVerifier.document(document, Optional.of(signer.publicKey()))).isEmpty();
    var changed =
        new String(document, StandardCharsets.UTF_8)
            .replace("10.6.6.6", "10.6.6.7")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(LogVerifier.document(changed, Optional.of(signer.publicKey()))).isNotEmpty();
    if (ExecutableFinder.has("python3")) {
      assertThat(python(document)).isZero();
      assertThat(python(changed)).isEqualTo(9);
    }
  }

  @Test
  void anHourThatIsOverIsSignedAndItsCopyIsInTheBucket() throws Exception {
    journal.write(OLIVIA, NOON);
    assertThat(verdicts().values()).extracting(LogVerdict::kind).containsOnly(unfinished());

    journal.turn(NOON.plus(Duration.ofHours(1)));

    assertThat(verdicts().values()).extracting(LogVerdict::kind).containsOnly(verified());
    assertThat(journal.store()).isEmpty();
    var below = SignInJournal.folder(state);
    assertThat(LogCopyVerifier.of(below, bucket, signer).check(names().getFirst()))
        .isInstanceOf(LogCopyVerifier.Copy.Whole.class);
  }

  @Test
  void theNextProcessGoesOnInTheSameHourAndEndsAnEarlierOne() throws Exception {
    journal.write(OLIVIA, NOON);
    reopen(NOON.plusSeconds(60));
    assertThat(names()).hasSize(1);
    assertThat(events())
        .extracting(SignInEvent::kind)
        .containsExactly(Kind.BEGAN, Kind.SIGNED_IN, Kind.BEGAN);

    reopen(NOON.plus(Duration.ofHours(5)));

    assertThat(names()).hasSize(2);
    assertThat(verdicts().values())
        .extracting(LogVerdict::kind)
        .containsExactly(verified(), unfinished());
  }

  @Test
  void aRecordThatACrashLeftHalfWrittenIsTold() throws Exception {
    journal.write(OLIVIA, NOON);
    journal.close();
    Files.writeString(
        file(names().getFirst()), "{\"action\":\"A caller si", StandardOpenOption.APPEND);

    journal = opened(NOON.plusSeconds(9));

    var last = events().getLast();
    assertThat(last.kind()).isEqualTo(Kind.BEGAN);
    assertThat(last.reason()).isEqualTo("a crash left a record of 22 bytes unfinished");
    assertThat(verdicts().values()).extracting(LogVerdict::kind).containsOnly(unfinished());
  }

  @Test
  void aChangedRecordAndAMissingLogAreFound() throws Exception {
    for (int hour = 0; hour < 4; hour++) {
      journal.write(OLIVIA, NOON.plus(Duration.ofHours(hour)));
    }
    var names = names();
    assertThat(names).hasSize(4);
    Files.delete(file(names.get(1)));
    assertThat(verdict(names.get(2)).reason())
        .startsWith("it follows " + names.get(1))
        .contains(", but " + names.get(0));

    Files.writeString(
        file(names.get(0)), Files.readString(file(names.get(0))).replace("olivia", "mallory"));

    assertThat(verdict(names.getFirst()).kind()).isEqualTo(LogVerdict.Kind.FAILED);
  }

  /** What is cut off an unfinished hour ends differently from what its next process saw. */
  @Test
  void recordsCutOffAnHourThatIsOverAreFound() throws Exception {
    journal.write(OLIVIA, NOON);
    journal.turn(NOON.plus(Duration.ofHours(1)));
    var file = file(names().getFirst());
    var lines = Files.readAllLines(file);

    Files.write(file, lines.subList(0, 1));

    assertThat(verdict(names().getFirst()).reason())
        .isEqualTo("it was signed with 3 records, and they aren't there");
  }

  @Test
  void afterADamagedLogAnotherOneBegins() throws Exception {
    journal.write(OLIVIA, NOON);
    journal.close();
    var first = file(names().getFirst());
    Files.writeString(first, Files.readString(first).replace("olivia", "mallory"));

    journal = opened(NOON.plusSeconds(9));

    assertThat(names()).hasSize(2);
    assertThat(events().getLast().reason()).startsWith("the log before is damaged: ");
    assertThat(verdicts().values()).extracting(LogVerdict::kind).contains(LogVerdict.Kind.FAILED);
  }

  @Test
  void refusalsTakeNoPlaceOfKnownCallers() throws Exception {
    for (int i = 0; i < SignInJournal.MOST_REFUSALS; i++) {
      assertThat(journal.write(FORGED, NOON)).isTrue();
    }

    assertThat(journal.write(FORGED, NOON)).isFalse();
    assertThat(journal.write(OLIVIA, NOON)).isTrue();
    assertThat(journal.write(SignInEvent.leftOut(1), NOON)).isTrue();
    assertThat(journal.write(FORGED, NOON.plus(Duration.ofHours(1)))).isTrue();
  }

  @Test
  void aClockThatGoesBackEndsNoLog() throws Exception {
    journal.write(OLIVIA, NOON.minus(Duration.ofHours(3)));

    assertThat(names()).hasSize(1);
    assertThat(events()).hasSize(2);
  }

  /** Their names tell in which order they were begun. */
  @Test
  void logsOfOneHourFollowEachOther() throws Exception {
    for (int i = 0; i < 6; i++) {
      journal.write(OLIVIA, NOON);
      journal.turn(NOON.plus(Duration.ofHours(1)));
    }

    assertThat(names()).hasSize(6);
    assertThat(verdicts().values()).extracting(LogVerdict::kind).containsOnly(verified());
  }

  @Test
  void theLogOfAClockThatWasAheadEndsWithTheNextHour() throws Exception {
    journal.write(OLIVIA, NOON.plus(Duration.ofDays(1)));
    journal.write(OLIVIA, NOON);
    int before = names().size();

    journal.write(OLIVIA, NOON.plus(Duration.ofHours(1)));

    assertThat(names()).hasSize(before + 1);
    assertThat(verdicts().values())
        .extracting(LogVerdict::kind)
        .containsOnlyOnce(unfinished())
        .contains(verified());
  }

  @Test
  void aLogWhoseEndIsNotSignedIsNoDocument() throws Exception {
    journal.write(OLIVIA, NOON);
    journal.turn(NOON.plus(Duration.ofHours(1)));
    String log = names().getFirst();
    assertThat(document(log)).isNotEmpty();

    Files.delete(file(log).resolveSibling(log + JournalFolder.HEAD));

    assertThatExceptionOfType(DamagedJournalException.class).isThrownBy(() -> document(log));
  }

  @Test
  void aCopiedLogThatIsGoneFromTheDiskIsReadFromTheBucket() throws Exception {
    journal.write(OLIVIA, NOON);
    journal.turn(NOON.plus(Duration.ofHours(1)));
    assertThat(journal.store()).isEmpty();
    String log = names().getFirst();

    Files.delete(file(log));

    assertThat(verdict(log).kind()).isEqualTo(verified());
    bucket.names().forEach(name -> bucket.alter(name, new byte[0]));
    assertThat(verdict(log).reason()).contains("its copy in the bucket");
  }

  private SignInJournal opened(Instant now) {
    var sealer = new HashChainSealer(SecretRedactor.of(List.of()));
    return SignInJournal.open(
        new SignInJournal.Parts(state, signer, bucket, sealer, "agent@host"), now);
  }

  private void reopen(Instant now) {
    journal.close();
    journal = opened(now);
  }

  private List<String> names() {
    return JournalFolder.in(SignInJournal.folder(state)).executions();
  }

  private Path file(String log) {
    return JournalFolder.in(SignInJournal.folder(state)).records(log);
  }

  private List<SignInEvent> events() throws IOException {
    return records().stream().flatMap(r -> SignInEvent.of(r.facts()).stream()).toList();
  }

  private List<LoggedRecord> records() throws IOException {
    var out = new ArrayList<LoggedRecord>();
    try (var reader = SignInReader.open(state, Set.of(), bucket).orElseThrow()) {
      reader.read(ExportPeriod.ALL, (_, _, records) -> out.addAll(records));
    }
    return out;
  }

  private LogVerdict verdict(String log) throws IOException {
    return Objects.requireNonNull(verdicts().get(log));
  }

  private Map<String, LogVerdict> verdicts() throws IOException {
    var out = new LinkedHashMap<String, LogVerdict>();
    try (var reader = SignInReader.open(state, Set.of(), bucket).orElseThrow()) {
      reader.read(ExportPeriod.ALL, (log, verdict, _) -> out.put(log, verdict));
    }
    return out;
  }

  private byte[] document(String log) {
    try (var reader = SignInReader.open(state, Set.of(), bucket).orElseThrow()) {
      return ExecutionDocument.of(reader.records(log), signer)
          .text()
          .getBytes(StandardCharsets.UTF_8);
    }
  }

  private int python(byte[] document) throws Exception {
    var file = Files.write(state.resolve("document.json"), document);
    var program = Path.of("..", "docs", "verify", "verify.py").toString();
    return CommandRunner.of(
            List.of("python3", program, "--key", signer.publicKey(), file.toString()))
        .within(Duration.ofMinutes(1))
        .run()
        .exit();
  }

  private static LogVerdict.Kind verified() {
    return LogVerdict.Kind.VERIFIED;
  }

  private static LogVerdict.Kind unfinished() {
    return LogVerdict.Kind.UNFINISHED;
  }

  private static Schema schema() throws IOException {
    try (var in = SignInEvent.class.getResourceAsStream("sign-in.schema.json")) {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(Objects.requireNonNull(in), InputFormat.JSON);
    }
  }

  private static List<String> faults(Schema schema, Map<String, Object> facts) {
    String json = new String(CanonicalJson.bytes(new TreeMap<>(facts)), StandardCharsets.UTF_8);
    return schema.validate(json, InputFormat.JSON).stream().map(Object::toString).toList();
  }
}
