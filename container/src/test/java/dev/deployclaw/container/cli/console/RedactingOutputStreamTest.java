package dev.deployclaw.container.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.SeededLoop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.Test;

class RedactingOutputStreamTest {
  private static final String SECRET = "sécret-value-9";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final RedactingOutputStream hiding =
      new RedactingOutputStream(out, t -> t.replace(SECRET, "***"));

  @Test
  void findsASecretHoweverItIsCutIntoWrites() {
    String text = "é begins " + SECRET + " ✓ in the middle\nand ends " + SECRET + "\n";

    SeededLoop.run(
        200,
        (_, random) -> {
          out.reset();
          byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
          for (int at = 0; at < bytes.length; ) {
            int count = Math.min(bytes.length - at, 1 + random.nextInt(9));
            write(bytes, at, count);
            at += count;
          }

          assertThat(printed()).isEqualTo(text.replace(SECRET, "***"));
        });
  }

  @Test
  void passesOnAtOnceWhatIsFlushedOrEndsALine() {
    var stream = new PrintStream(hiding, false, StandardCharsets.UTF_8);

    stream.print("no end of line");
    assertThat(printed()).isEmpty();
    stream.flush();
    assertThat(printed()).isEqualTo("no end of line");
    stream.println(" is over");
    assertThat(printed()).isEqualTo("no end of line is over" + System.lineSeparator());
  }

  @Test
  void findsASecretWhereverItStandsInALongLineOfAPrintStream() {
    var stream = new PrintStream(hiding, false, StandardCharsets.UTF_8);

    for (int before = 8180; before < 8200; before++) {
      out.reset();
      stream.println("x".repeat(before) + SECRET);

      assertThat(printed()).isEqualTo("x".repeat(before) + "***" + System.lineSeparator());
    }
  }

  @Test
  void holdsABoundedPartOfALineThatNeverEndsAndFindsASecretInIt() throws IOException {
    String part = "x".repeat(3000) + SECRET;
    for (int i = 0; i < 1000; i++) {
      write(part.getBytes(StandardCharsets.UTF_8), 0, part.getBytes(StandardCharsets.UTF_8).length);
    }
    int before = out.size();
    hiding.flush();

    assertThat(before).isGreaterThan(1_500_000);
    assertThat(printed()).isEqualTo(("x".repeat(3000) + "***").repeat(1000));
  }

  private void write(byte[] bytes, int from, int count) {
    Failable.run(() -> hiding.write(bytes, from, count));
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }
}
