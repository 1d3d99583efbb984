package dev.deployclaw.core.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExecutorIsolationTest {
  private static final ExecutorIsolation WALL =
      new ExecutorIsolation(true, List.of("user", "files"), Map.of("tcp", "may connect"));

  @Test
  void itsFactsAreTextsListsAndMapsOnly() {
    assertThat(WALL.facts())
        .containsOnly(
            Map.entry("separate", true),
            Map.entry("enforced", List.of("user", "files")),
            Map.entry("missing", Map.of("tcp", "may connect")));
  }

  @Test
  void peopleReadWhatHoldsAndWhatIsMissing() {
    assertThat(WALL.sentence()).contains("enforced: user, files").contains("missing: tcp");
    assertThat(ExecutorIsolation.NONE.sentence()).contains("share one process");
  }

  @Test
  void executorsInTheirPlaceAreAsIsolatedAsThey() {
    var registry = ExecutorRegistry.of(List.of()).isolatedBy(() -> Optional.of(WALL));

    assertThat(registry.replacedBy(List.of()).isolation()).contains(WALL);
    assertThat(ExecutorRegistry.of(List.of()).isolation()).isEmpty();
  }
}
