package dev.deployclaw.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.deployclaw.audit.ExecutionDocument;
import dev.deployclaw.audit.HeadSigner;
import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.verify.Finding.Code;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifierTest {
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
    assertThat(Verifier.records(Runs.ID, records)).isEmpty();
  }

  @Test
  void findsNothingWrongWithTheRecordsOfRealRuns() {
    for (String name : RealLogs.NAMES) {
      assertThat(Resealed.findings(RealLogs.records(name))).as(name).isEmpty();
    }
  }

  @Test
  void takesNoNoticeOfWhiteSpaceAndTheOrderOfKeys() throws Exception {
    Object tree = Json.parse(document.getBytes(StandardCharsets.UTF_8));

    assertThat(findings(JsonText.canonical(tree))).isEmpty();
  }

  @Test
  void namesTheRecordAndTheFault() {
    var dropped = new ArrayList<>(records);
    dropped.remove(4);
    var swapped = new ArrayList<>(records);
    Collections.swap(swapped, 4, 5);
    var doubled = new ArrayList<>(records);
    doubled.add(4, records.get(4));

    assertThat(Verifier.records(Runs.ID, dropped))
        .contains(seq(5, 6))
        .extracting(Finding::code)
        .contains(Code.PREV);
    assertThat(Verifier.records(Runs.ID, swapped)).contains(seq(5, 6));
    assertThat(Verifier.records(Runs.ID, doubled)).contains(seq(6, 5));
    assertThat(Verifier.records("other", records))
        .extracting(Finding::code)
        .containsOnly(Code.EXECUTION);
  }

  @Test
  void noticesThatTheEndIsCutOff() {
    assertThat(Verifier.records(Runs.ID, records.subList(0, 9)))
        .extracting(Finding::code, Finding::seq)
        .containsExactly(tuple(Code.NO_END, 9L));
    assertThat(Verifier.records(Runs.ID, List.of()))
        .extracting(Finding::code)
        .containsExactly(Code.NO_END);
  }

  @Test
  void refusesAnotherKeyThanTheTrustedOne(@TempDir Path elsewhere) {
    String other = HeadSigner.open(elsewhere).publicKey();

    assertThat(Verifier.document(bytes(document), Optional.of(other)))
        .extracting(Finding::code)
        .containsExactly(Code.KEY);
  }

  @Test
  void refusesAForgedLogThatIsWholeInItself() {
    List<byte[]> forged = Runs.bytes(Runs.ofLength(Runs.ID, 9));
    String claimed = ExecutionDocument.of(forged, HeadSigner.open(state.resolve("forger"))).text();
    String unsigned = ExecutionDocument.of(forged).text();

    assertThat(findings(claimed)).extracting(Finding::code).containsExactly(Code.KEY);
    assertThat(findings(unsigned)).extracting(Finding::code).containsExactly(Code.SIGNATURE);
  }

  @Test
  void namesTheValueThatDoesntFollowFromTheRecords() {
    String better =
        document.replace("\"refused\": 167,\n    \"req", "\"refused\": 168,\n    \"req");

    assertThat(findings(better))
        .containsExactly(
            new Finding(Code.DERIVED, 0, "validation.refused doesn't follow from the records"));
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
      assertThat(findings(loose)).extracting(Finding::code).containsExactly(Code.NOT_JSON);
    }
  }

  private static Finding seq(long expected, long found) {
    return new Finding(Code.SEQ, expected, "expected record " + expected + ", found " + found);
  }

  private List<Finding> findings(String text) {
    return Verifier.document(bytes(text), Optional.of(signer.publicKey()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
