package dev.deployclaw.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.testkit.SeededLoop;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of random edits of a log; the verifier must find every one that changes anything. */
class MutationTest {
  private static final int EDITS = 3_000;

  @Test
  void findsEveryEditOfTheDocument(@TempDir Path state) throws Exception {
    var signer = HeadSigner.open(state);
    var trusted = Optional.of(signer.publicKey());
    String text = ExecutionDocument.of(Runs.bytes(Runs.reference()), signer).text();
    Object original = StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
    var edits = new int[1];

    SeededLoop.run(
        EDITS,
        (_, random) -> {
          Object edited = new AnyEdit(random).value(original);
          if (JsonFormatter.canonical(edited).equals(JsonFormatter.canonical(original))) {
            return;
          }
          edits[0]++;
          byte[] bytes = JsonFormatter.pretty(edited).getBytes(StandardCharsets.UTF_8);
          assertThat(LogVerifier.document(bytes, trusted)).isNotEmpty();
        });

    assertThat(edits[0]).isGreaterThan(EDITS * 9 / 10);
  }

  @Test
  void findsEveryFlippedBitOfTheDocumentThatChangesItsMeaning(@TempDir Path state)
      throws Exception {
    var signer = HeadSigner.open(state);
    var trusted = Optional.of(signer.publicKey());
    byte[] text =
        ExecutionDocument.of(Runs.bytes(Runs.reference()), signer)
            .text()
            .getBytes(StandardCharsets.UTF_8);
    String original = JsonFormatter.canonical(StrictJson.parse(text));

    SeededLoop.run(
        EDITS,
        (_, random) -> {
          byte[] flipped = new AnyEdit(random).bit(text);

          boolean same = Edits.meaning(flipped).filter(original::equals).isPresent();

          assertThat(LogVerifier.document(flipped, trusted).isEmpty()).isEqualTo(same);
        });
  }

  @Test
  void findsEveryEditOfTheStoredRecords() {
    List<byte[]> records = Runs.bytes(Runs.reference());

    SeededLoop.run(
        EDITS,
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
