package dev.deployclaw.testkit.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.testkit.network.FreePortFinder.Range;
import java.util.HashSet;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreePortFinderTest {
  @Test
  void givesNoneTwice() {
    var ports = FreePortFinder.free(200);
    assertThat(new HashSet<>(ports)).hasSize(200);
  }

  @Test
  void sharesHaveNoPortInCommonAndMakeTheWhole() {
    var whole = ports(FreePortFinder.range(Optional.empty()));
    var shared =
        Stream.of("1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "2.3", "2.4")
            .map(i -> ports(FreePortFinder.range(Optional.of("share " + i))))
            .flatMapToInt(IntStream::of)
            .toArray();
    assertThat(shared).doesNotHaveDuplicates().containsExactlyInAnyOrder(whole);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "share 0.1",
        "share 1.0",
        "share 1.5",
        "share 3.1",
        "",
        "1.1",
        "share 1",
        "share 1.1 "
      })
  void knowsNoOtherShare(String share) {
    assertThatThrownBy(() -> FreePortFinder.range(Optional.of(share)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TESTKIT_SHARE=" + share);
  }

  private static int[] ports(Range range) {
    return IntStream.range(range.first(), range.first() + range.count()).toArray();
  }
}
