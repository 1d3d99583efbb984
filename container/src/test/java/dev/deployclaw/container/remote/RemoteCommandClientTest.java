package dev.deployclaw.container.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteCommandClientTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "plan x",
        "plan --batch lines.jsonl",
        "top --once",
        "top --json --over 5",
        "run x --json",
        "diff committed b.yaml",
        "diff --json 41 42",
        "adopt --enforce acme",
        "adopt --enforce=acme",
        "adopt --shadowed",
        "adopt --redis 10.0.0.7:6379 --keys rate_limit:{tenant}",
        "adopt --redis=10.0.0.7:6379 --configmap limits.yaml",
        "plan --inventory estate.yaml --in-words x"
      })
  void anAgentMeasuresOnceAndDoesWhatNeedsBackEnds(String line) {
    assertThat(RemoteCommandClient.worksHere(List.of(line.split(" ", -1)))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "top",
        "top --watch",
        "log last --json",
        "audit verify",
        "serve",
        "export --format csv --out all.csv",
        "impact access.log --before a --after b",
        "diff a.yaml b.yaml --json",
        "plan --inventory estate.yaml @acme",
        "plan --json --inventory=estate.yaml x",
        "adopt --configmap limits.yaml --into policies"
      })
  void whatRunsOnOrNeedsNoBackEndWorksHere(String line) {
    assertThat(RemoteCommandClient.worksHere(List.of(line.split(" ", -1)))).isTrue();
  }
}
