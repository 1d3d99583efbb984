package dev.deployclaw.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.testkit.SeededLoop;
import dev.deployclaw.testkit.Slow;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random edits of a log; the verifier must find every one that changes anything. */
class MutationTest {
  private static final int EDITS = 3_000;

  /** Those of the fast tier. */
  private static final int FEW = 500;

  @TempDir Path state;

  @Test
  void findsHundredsOfEditsOfTheDocument() throws Exception {
    assertEditsFound(FEW);
  }

  @Slow(
      guard = "dev.deployclaw.audit.verify.MutationTest#findsHundredsOfEditsOfTheDocument",
      because = "it verifies three thousand logs")
  @Test
  void findsEveryEditOfTheDocument() throws Exception {
    assertEditsFound(EDITS);
  }

  private void assertEditsFound(int count) throws Exception {
    var signer = HeadSigner.open(state);
    var trusted = Optional.of(signer.publicKey());
    String text = ExecutionDocument.of(Runs.bytes(Runs.reference()), signer).text();
    Object original = StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
    var edits = new int[1];

    SeededLoop.run(
        count,
        (_, random) -> {
          Object edited = new AnyEdit(random).value(original);
          if (JsonFormatter.canonical(edited).equals(JsonFormatter.canonical(original))) {
            return;
          }
          edits[0]++;
          byte[] bytes = JsonFormatter.pretty(edited).getBytes(StandardCharsets.UTF_8);
          assertThat(LogVerifier.document(bytes, trusted)).isNotEmpty();
        });

    assertThat(edits[0]).isGreaterThan(count * 9 / 10);
  }

  @Test
  void findsHundredsOfFlippedBitsOfTheDocument() throws Exception {
    assertFlipsFound(FEW);
  }

  @Slow(
      guard = "dev.deployclaw.audit.verify.MutationTest#findsHundredsOfFlippedBitsOfTheDocument",
      because = "it verifies three thousand logs")
  @Test
  void findsEveryFlippedBitOfTheDocumentThatChangesItsMeaning() throws Exception {
    assertFlipsFound(EDITS);
  }

  private void assertFlipsFound(int count) throws Exception {
    var signer = HeadSigner.open(state);
    var trusted = Optional.of(signer.publicKey());
    byte[] text =
        ExecutionDocument.of(Runs.bytes(Runs.reference()), signer)
            .text()
            .getBytes(StandardCharsets.UTF_8);
    String original = JsonFormatter.canonical(StrictJson.parse(text));

    SeededLoop.run(
        count,
        (_, random) -> {
          byte[] flipped = new AnyEdit(random).bit(text);

          boolean same = Edits.meaning(flipped).filter(original::equals).isPresent();

          assertThat(LogVerifier.document(flipped, trusted).isEmpty()).isEqualTo(same);
        });
  }

  @Test
  void findsHundredsOfEditsOfTheStoredRecords() {
    assertRecordEditsFound(FEW);
  }

  @Slow(
      guard = "dev.deployclaw.audit.verify.MutationTest#findsHundredsOfEditsOfTheStoredRecords",
      because = "it verifies three thousand logs")
  @Test
  void findsEveryEditOfTheStoredRecords() {
    assertRecordEditsFound(EDITS);
  }

  private static void assertRecordEditsFound(int count) {
    List<byte[]> records = Runs.bytes(Runs.reference());

    SeededLoop.run(
        count,
        (_, random) -> {
          var edited = new ArrayList<>(records);
          int at = random.nextInt(edited.size());
          switch (random.nextInt(4)) {
            case 0 -> edited.remove(at);
            case 1 -> edited.add(random.nextInt(edited.size() + 1), edited.get(at));
            case 2 -> Collections.swap(edited, at, (at + 1) % edited.size());
            default -> edited.set(at, new AnyEdit(random).bit(edited.get(at)));
          }

          assertThat(LogVerifier.records(Runs.ID, edited)).isNotEmpty();
        });
  }
}
