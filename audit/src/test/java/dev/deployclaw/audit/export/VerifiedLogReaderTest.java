package dev.deployclaw.audit.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.export.LogVerdict.Kind;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.signing.HeadSigner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class VerifiedLogReaderTest {
  static final List<String> NAMES = RealLogs.NAMES;

  @TempDir Path state;
  private ExportedLogs logs;

  @BeforeEach
  void logs() {
    logs = new ExportedLogs(state);
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void verifiesEachRealLogWithTheKeyOfItsMachine(String name) {
    String id = logs.signed(name);

    String key = HeadSigner.open(state).publicKey();
    assertThat(verdict(id)).isEqualTo(LogVerdict.verified(key));
    assertThat(logs.verdict(id, Set.of(key))).isEqualTo(LogVerdict.verified(key));
  }

  @Test
  void followsRotationsOfTheKey() throws Exception {
    String before = HeadSigner.open(state).publicKey();
    String first = logs.signed("2/raised");
    HeadSigner.open(state).rotate(Instant.now());
    String second = logs.signed("2/approved");

    assertThat(verdict(first).kind()).isEqualTo(Kind.VERIFIED);
    assertThat(logs.verdict(second, Set.of(before)).kind()).isEqualTo(Kind.VERIFIED);
  }

  @Test
  void refusesAnotherKeyThanTheTrustedOne() {
    String id = logs.signed("2/raised");

    var verdict = logs.verdict(id, Set.of(RealLogs.key()));

    assertThat(verdict.kind()).isEqualTo(Kind.FAILED);
    assertThat(verdict.reason()).contains("isn't the trusted one");
  }

  @Test
  void verifiesNothingWithoutAKeyToTrust() {
    String id = logs.unsigned(RealLogs.records("2/raised"));

    assertThat(verdict(id))
        .isEqualTo(
            LogVerdict.failed("no key is trusted: this machine has none, and --key is unset"));
  }

  @Test
  void findsThatTheSignatureIsMissing() {
    String id = logs.unsigned(RealLogs.records("2/raised"));
    HeadSigner.open(state);

    assertThat(verdict(id)).isEqualTo(LogVerdict.failed("the signature of its end is missing"));
  }

  @Test
  void findsALogThatWasChangedAndHashedAgain() {
    String id = logs.signed("2/approved");
    logs.unsigned(
        ExportedLogs.edited(
            "2/approved",
            r -> {
              if (Long.valueOf(31).equals(r.get("seq"))) {
                r.put("detail", "approved by somebody else");
              }
            }));

    assertThat(verdict(id)).isEqualTo(LogVerdict.failed("the signature covers other records"));
  }

  @Test
  void findsAChangedByte() throws Exception {
    String id = logs.signed("2/approved");
    String text = Files.readString(logs.file(id));
    logs.write(id, text.replace("77 per minute", "78 per minute").getBytes(StandardCharsets.UTF_8));

    var verdict = verdict(id);

    assertThat(verdict.kind()).isEqualTo(Kind.FAILED);
    assertThat(verdict.reason()).contains("hash");
  }

  @Test
  void findsAnEndThatWasCutOff() {
    String id = logs.signed("2/raised");
    var records = RealLogs.sealed(RealLogs.records("2/raised"));
    logs.write(id, RecordLines.join(records.subList(0, 20)));

    var verdict = verdict(id);

    assertThat(verdict)
        .isEqualTo(
            LogVerdict.failed(
                "it was signed with %d records, and they aren't there".formatted(records.size())));
    logs.write(id, new byte[0]);
    assertThat(verdict(id).kind()).isEqualTo(Kind.FAILED);
  }

  /** The signature of the hold covers what it began with. */
  @Test
  void callsALogUnfinishedThatGoesOnBehindAHold() {
    var all = RealLogs.records("2/approved");
    String id = logs.signed(all.subList(0, 30));
    logs.unsigned(all.subList(0, 36));

    assertThat(verdict(id).kind()).isEqualTo(Kind.UNFINISHED);
    logs.unsigned(all);
    assertThat(verdict(id))
        .isEqualTo(LogVerdict.failed("the signature covers the first 30 of 48 records"));
  }

  @Test
  void callsALogUnfinishedThatHoldsNoRecordYet() {
    logs.write("arch-2026-11-27-rate-limit-099", new byte[0]);

    assertThat(verdict("arch-2026-11-27-rate-limit-099").kind()).isEqualTo(Kind.UNFINISHED);
  }

  /** Signed by the right key, and yet: an activation without the approval that was asked for. */
  @Test
  void findsASignedLogThatBreaksTheProcess() {
    var records = RealLogs.records("2/approved");
    records.removeIf(r -> Long.valueOf(31).equals(r.get("seq")));
    String id = logs.signed(records);

    var verdict = verdict(id);

    assertThat(verdict.kind()).isEqualTo(Kind.FAILED);
    assertThat(verdict.reason()).contains("record ");
  }

  private LogVerdict verdict(String id) {
    return logs.verdict(id, Set.of());
  }
}
