package dev.deployclaw.policy.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EditDistanceTest {
  @ParameterizedTest
  @CsvSource({
    "acme, acme, 0",
    "'', acme, 4",
    "acme, '', 4",
    "kitten, sitting, 3",
    "acme, amce, 1",
    "requests, request, 1",
    "ca, abc, 3"
  })
  void countsEditsAndSwappedNeighbours(String a, String b, int edits) {
    assertThat(EditDistance.of(a, b)).isEqualTo(edits);
    assertThat(EditDistance.of(b, a)).isEqualTo(edits);
  }
}
