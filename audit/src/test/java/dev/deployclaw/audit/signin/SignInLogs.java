package dev.deployclaw.audit.signin;

import dev.deployclaw.audit.export.ExportPeriod;
import dev.deployclaw.audit.export.LogVerdict;
import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.audit.signin.SignInEvent.Kind;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.core.fake.FakeObjectStore;
import dev.deployclaw.core.fake.FakeStateStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The sign-in logs of a state folder, with a bucket in memory. */
final class SignInLogs implements AutoCloseable {
  static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

  final FakeObjectStore bucket = new FakeObjectStore();
  final FakeStateStore store = new FakeStateStore();
  private final Path state;
  private final HeadSigner signer;
  SignInJournal journal;
  private SignInAnchor anchor;

  /** What a look at them found. */
  record Seen(Map<String, LogVerdict> verdicts, int passedOver) {
    LogVerdict of(String log) {
      return verdicts.getOrDefault(log, LogVerdict.failed("not seen"));
    }

    List<LogVerdict.Kind> kinds() {
      return verdicts.values().stream().map(LogVerdict::kind).toList();
    }
  }

  SignInLogs(Path state) {
    this.state = state;
    this.signer = HeadSigner.open(state);
    this.journal = open(NOON);
    this.anchor = anchored();
  }

  static SignInEvent by(String person) {
    return SignInEvent.of(Kind.SIGNED_IN, person, "token", "10.0.0.7");
  }

  static Instant hour(int hours) {
    return NOON.plus(Duration.ofHours(hours));
  }

  /** Another process; the one before is over. */
  void restart(Instant now) {
    journal.close();
    journal = open(now);
    anchor = anchored();
  }

  private SignInAnchor anchored() {
    return new SignInAnchor(store, "host:" + state);
  }

  /** The minute's work; what is missing is recorded. */
  Optional<String> anchor(Instant now) throws InterruptedException {
    var missing = anchor.settle(journal);
    missing.ifPresent(what -> journal.found(what, now));
    return missing;
  }

  private SignInJournal open(Instant now) {
    var sealer = new HashChainSealer(SecretRedactor.of(List.of()));
    return SignInJournal.open(
        new SignInJournal.Parts(state, signer, bucket, sealer, "agent@host"), now);
  }

  /** A log an hour, from noon on; all but the last one have ended, and are in the bucket. */
  void write(int hours) throws InterruptedException {
    for (int i = 0; i < hours; i++) {
      assertWritten(journal.write(by("olivia"), hour(i)));
    }
    for (int i = 0; i < hours; i += 64) {
      var _ = journal.store();
    }
  }

  private static void assertWritten(boolean written) {
    if (!written) {
      throw new AssertionError("a bound is reached");
    }
  }

  JournalFolder folder() {
    return JournalFolder.in(SignInJournal.folder(state));
  }

  /** Those that lie here. */
  List<String> names() {
    return folder().executions();
  }

  Path file(String name) {
    return folder().path().resolve(name);
  }

  SignInReader reader() {
    return SignInReader.open(state, Set.of(), bucket).orElseThrow();
  }

  /** All of them. */
  Seen seen() throws IOException {
    return seen((reader, visitor) -> reader.read(ExportPeriod.ALL, visitor));
  }

  /** All events, the oldest first. */
  List<SignInEvent> events() throws IOException {
    var out = new ArrayList<SignInEvent>();
    try (var reader = reader()) {
      reader.read(
          ExportPeriod.ALL,
          (_, _, records) ->
              records.forEach(entry -> SignInEvent.of(entry.facts()).ifPresent(out::add)));
    }
    return out;
  }

  /** What the records say of changed and removed logs. */
  List<String> tampering() throws IOException {
    return events().stream()
        .filter(event -> event.kind() == Kind.TAMPERED)
        .map(SignInEvent::reason)
        .toList();
  }

  /** Those that are here, as a look without a time sees them. */
  Seen kept() throws IOException {
    return seen(SignInReader::readHere);
  }

  private interface Look {
    int read(SignInReader reader, SignInReader.Visitor visitor) throws IOException;
  }

  private Seen seen(Look look) throws IOException {
    var verdicts = new LinkedHashMap<String, LogVerdict>();
    try (var reader = reader()) {
      int passed = look.read(reader, (log, verdict, _) -> verdicts.put(log, verdict));
      return new Seen(verdicts, passed);
    }
  }

  @Override
  public void close() {
    journal.close();
  }
}
