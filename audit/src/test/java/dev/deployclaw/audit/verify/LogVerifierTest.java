package dev.deployclaw.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.verify.chain.VerificationFinding;
import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogVerifierTest {
  private final List<byte[]> records = Runs.bytes(Runs.reference());
  @TempDir Path state;
  private HeadSigner signer;
  private String document;

  @BeforeEach
  void makeDocument() {
    signer = HeadSigner.open(state);
    document = ExecutionDocument.of(records, signer).text();
  }

  @Test
  void findsNothingWrongWithAnUntouchedLog() {
    assertThat(findings(document)).isEmpty();
    assertThat(LogVerifier.records(Runs.ID, records)).isEmpty();
  }

  @Test
  void findsNothingWrongWithTheRecordsOfRealRuns() {
    for (String name : RealLogs.NAMES) {
      assertThat(Resealed.findings(RealLogs.records(name))).as(name).isEmpty();
    }
  }

  @Test
  void takesNoNoticeOfWhiteSpaceAndTheOrderOfKeys() throws Exception {
    Object tree = StrictJson.parse(document.getBytes(StandardCharsets.UTF_8));

    assertThat(findings(JsonFormatter.canonical(tree))).isEmpty();
  }

  @Test
  void namesTheRecordAndTheFault() {
    var dropped = new ArrayList<>(records);
    dropped.remove(4);
    var swapped = new ArrayList<>(records);
    Collections.swap(swapped, 4, 5);
    var doubled = new ArrayList<>(records);
    doubled.add(4, records.get(4));

    assertThat(LogVerifier.records(Runs.ID, dropped))
        .contains(seq(5, 6))
        .extracting(VerificationFinding::code)
        .contains(Code.PREV);
    assertThat(LogVerifier.records(Runs.ID, swapped)).contains(seq(5, 6));
    assertThat(LogVerifier.records(Runs.ID, doubled)).contains(seq(6, 5));
    assertThat(LogVerifier.records("other", records))
        .extracting(VerificationFinding::code)
        .containsOnly(Code.EXECUTION);
  }

  @Test
  void noticesThatTheEndIsCutOff() {
    assertThat(LogVerifier.records(Runs.ID, records.subList(0, 9)))
        .extracting(VerificationFinding::code, VerificationFinding::seq)
        .containsExactly(tuple(Code.NO_END, 9L));
    assertThat(LogVerifier.records(Runs.ID, List.of()))
        .extracting(VerificationFinding::code)
        .containsExactly(Code.NO_END);
  }

  @Test
  void refusesAnotherKeyThanTheTrustedOne(@TempDir Path elsewhere) {
    String other = HeadSigner.open(elsewhere).publicKey();

    assertThat(LogVerifier.document(bytes(document), Optional.of(other)))
        .extracting(VerificationFinding::code)
        .containsExactly(Code.KEY);
  }

  @Test
  void refusesAForgedLogThatIsWholeInItself() {
    List<byte[]> forged = Runs.bytes(Runs.ofLength(Runs.ID, 9));
    String claimed = ExecutionDocument.of(forged, HeadSigner.open(state.resolve("forger"))).text();
    String unsigned = ExecutionDocument.of(forged).text();

    assertThat(findings(claimed)).extracting(VerificationFinding::code).containsExactly(Code.KEY);
    assertThat(findings(unsigned))
        .extracting(VerificationFinding::code)
        .containsExactly(Code.SIGNATURE);
  }

  @Test
  void namesTheValueThatDoesntFollowFromTheRecords() {
    String better =
        document.replace("\"refused\": 167,\n    \"req", "\"refused\": 168,\n    \"req");

    assertThat(findings(better))
        .containsExactly(
            new VerificationFinding(
                Code.DERIVED, 0, "validation.refused doesn't follow from the records"));
  }

  @Test
  void refusesDuplicateKeysAndLooseNumbers() {
    for (String loose :
        List.of(
            document.replaceFirst("\"agent\"", "\"agent\": \"System Architect\",\n\"agent\""),
            document.replace("3.412", "3.4120"),
            document.replace("3.412", "3412e-3"),
            document.replace("\"epoch\": 7", "\"epoch\": 7.0"),
            document.replace("\"epoch\": 7", "\"epoch\": 07"),
            document + "{}",
            "\ufeff" + document)) {
      assertThat(findings(loose))
          .extracting(VerificationFinding::code)
          .containsExactly(Code.NOT_JSON);
    }
  }

  private static VerificationFinding seq(long expected, long found) {
    return new VerificationFinding(
        Code.SEQ, expected, "expected record " + expected + ", found " + found);
  }

  private List<VerificationFinding> findings(String text) {
    return LogVerifier.document(bytes(text), Optional.of(signer.publicKey()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
