package dev.deployclaw.core.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExecutorIsolationTest {
  private static final ExecutorIsolation WALL =
      new ExecutorIsolation(true, List.of("user", "files"), Map.of("tcp", "may connect"), Map.of());

  @Test
  void itsFactsAreTextsListsAndMapsOnly() {
    assertThat(WALL.facts())
        .containsOnly(
            Map.entry("separate", true),
            Map.entry("enforced", List.of("user", "files")),
            Map.entry("missing", Map.of("tcp", "may connect")));
  }

  @Test
  void aForbiddenCallIsAFactWithItsTime() {
    var at = Instant.parse("2026-11-30T06:00:00Z");
    var call = Map.of("host", new ExecutorIsolation.Violation(at, "made a system call"));

    assertThat(new ExecutorIsolation(true, List.of(), Map.of(), call).facts())
        .containsEntry("violations", Map.of("host", "2026-11-30T06:00:00Z"))
        .containsEntry("violation_causes", Map.of("host", "made a system call"));
  }

  @Test
  void executorsInTheirPlaceAreAsIsolatedAsThey() {
    var registry = ExecutorRegistry.of(List.of()).isolatedBy(() -> Optional.of(WALL));

    assertThat(registry.replacedBy(List.of()).isolation()).contains(WALL);
    assertThat(ExecutorRegistry.of(List.of()).isolation()).isEmpty();
  }
}
