package dev.deployclaw.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RepeatabilityTest {
  @Test
  void loopNamesTheSeedThatFailed() {
    List<Long> seeds = new ArrayList<>();

    assertThatThrownBy(() ->
            SeededLoop.run(
                10,
                5,
                (seed, _) -> {
                  seeds.add(seed);
                  assertThat(seed).isLessThan(12);
                }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("failed with seed 12");
    assertThat(seeds).containsExactly(10L, 11L, 12L);
  }

  @Test
  void sameSeedGivesTheSameNumbers() {
    assertThat(SeededLoop.random(7).nextLong()).isEqualTo(SeededLoop.random(7).nextLong());
  }

  @Test
  void portsAreHandedOutOnce() {
    List<Integer> ports = FreePortFinder.free(200);

    assertThat(new HashSet<>(ports)).hasSize(200);
  }

  @Test
  void addressIsReadAsItIsWritten() {
    HostPort address = HostPort.loopback(6379);

    assertThat(HostPort.parse(address.toString())).isEqualTo(address);
  }
}
