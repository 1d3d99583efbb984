package dev.deployclaw.audit.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.log.StreamCopy.Fork;
import dev.deployclaw.core.log.StreamCopy.Stuck;
import dev.deployclaw.policy.json.RecordJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The files beside the logs have the same bytes as ever, and are read strictly. */
class KeptBytesTest {
  private static final Fork FORK = new Fork("x", 3, "h", "t", true);
  private static final Stuck STUCK = new Stuck("x", 3, "too \"large\"", "raise it");
  private static final StreamLoss LOSS =
      new StreamLoss("2026-11-24T10:00:00Z", "c", List.of(new StreamLoss.Range("x", 1, 2)));

  @Test
  void keepsTheSameBytesAsEver() throws Exception {
    assertThat(text(RecordJson.canonical(FORK)))
        .isEqualTo(
            """
            {"alarmed":true,"execution":"x","here":"h","seq":3,"there":"t"}\
            """);
    assertThat(text(RecordJson.canonical(STUCK)))
        .isEqualTo(
            """
            {"execution":"x","remedy":"raise it","seq":3,"why":"too \\"large\\""}\
            """);
    assertThat(text(LOSS.bytes()))
        .isEqualTo(
            """
            {"cause":"c","noticed":"2026-11-24T10:00:00Z",\
            "ranges":[{"execution":"x","from":1,"to":2}]}\
            """);
    assertThat(StreamStateFiles.readFork(RecordJson.canonical(FORK))).isEqualTo(FORK);
    assertThat(StreamStateFiles.readStuck(RecordJson.canonical(STUCK))).isEqualTo(STUCK);
    assertThat(StreamLoss.read(LOSS.bytes())).isEqualTo(LOSS);
  }

  @Test
  void saysWhatIsWrongWithSuchAFile() {
    assertThatThrownBy(
            () -> StreamStateFiles.readFork(bytes("{\"execution\":\"x\",\"seq\":\"3\"}")))
        .isInstanceOf(IOException.class)
        .hasMessage("not an entry for a fork: fork.seq: a whole number was expected");
    assertThatThrownBy(() -> StreamLoss.read(bytes("{\"noticed\":\"a\",\"cause\":\"c\"}")))
        .isInstanceOf(IOException.class)
        .hasMessage("not an entry for lost stream records: loss.ranges: missing");
    assertThatThrownBy(() -> StreamStateFiles.readStuck(bytes("no JSON")))
        .isInstanceOf(IOException.class);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
