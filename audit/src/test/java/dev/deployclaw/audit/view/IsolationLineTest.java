package dev.deployclaw.audit.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IsolationLineTest {
  @Test
  void saysWhatSeparatedTheExecutors() {
    var isolation =
        Map.of(
            "separate",
            true,
            "enforced",
            List.of("files", "user"),
            "missing",
            Map.of("tcp", "may connect"),
            "violations",
            Map.of("host", "2026-11-30T06:00:00Z"));

    assertThat(LogTextRenderer.isolation(log(isolation)).orElseThrow())
        .contains("a process of their own")
        .contains("2 layers")
        .contains("missing: tcp", "violated by: host");
  }

  @Test
  void saysThatNothingDid() {
    var none = Map.of("separate", false, "enforced", List.of(), "missing", Map.of());

    assertThat(LogTextRenderer.isolation(log(none)).orElseThrow()).startsWith("none");
  }

  @Test
  void earlierLogsDoNotTellOfIt() {
    assertThat(LogTextRenderer.isolation(Map.of("records", List.of(Map.of("facts", Map.of())))))
        .isEmpty();
  }

  private static Map<String, Object> log(Map<String, Object> isolation) {
    return Map.of("records", List.of(Map.of("facts", Map.of("isolation", isolation))));
  }
}
