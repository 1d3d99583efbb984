package dev.deployclaw.ratelimit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.BackendFailureMode;
import org.junit.jupiter.api.Test;

class DeciderBoundsTest {
  @Test
  void decidersShareWhatOneWouldHave() {
    var one = DeciderBounds.of(BackendFailureMode.DENY, 10, 1);
    var ofFour = DeciderBounds.of(BackendFailureMode.DENY, 10, 4);

    assertThat(one.share(100_000)).isEqualTo(100_000);
    assertThat(ofFour.share(100_000)).isEqualTo(25_000);
    assertThat(ofFour.share(3)).as("none has nothing").isEqualTo(1);
    assertThat(ofFour.heap()).isEqualTo(one.heap() / 4);
  }
}
