package dev.deployclaw.container.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteCommandClientTest {
  @ParameterizedTest
  @ValueSource(strings = {"status", "plan x", "top --once", "top --json --over 5", "run x --json"})
  void anAgentMeasuresOnceAndDoesWhatNeedsBackEnds(String line) {
    assertThat(RemoteCommandClient.worksHere(List.of(line.split(" ", -1)))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"top", "top --watch", "log last --json", "audit verify", "serve"})
  void whatRunsOnOrNeedsNoBackEndWorksHere(String line) {
    assertThat(RemoteCommandClient.worksHere(List.of(line.split(" ", -1)))).isTrue();
  }
}
