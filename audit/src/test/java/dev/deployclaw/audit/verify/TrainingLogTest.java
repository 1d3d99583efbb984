package dev.deployclaw.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.verify.chain.HashChainChecker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The log from which a build's JDK learns to show one is whole: only such a log is signed. */
class TrainingLogTest {
  private static final Path SCRIPT = Path.of("..", "scripts", "warm-up.sh");
  private static final Pattern RECORD =
      Pattern.compile("RECORD='(.*\"execution_id\":\"([a-z0-9-]+)\".*)'");

  @Test
  void isAChain() throws IOException {
    var record = RECORD.matcher(Files.readString(SCRIPT));
    assertThat(record.find()).isTrue();
    var chain = new HashChainChecker(record.group(2));

    chain.next(record.group(1).getBytes(StandardCharsets.UTF_8));

    assertThat(chain.findings()).isEmpty();
  }
}
