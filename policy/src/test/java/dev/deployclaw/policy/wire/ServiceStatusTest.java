package dev.deployclaw.policy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.wire.ServiceStatus.Held;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServiceStatusTest {

  @Test
  void statusIsReadBack() {
    var held = new Held(7, "ab");
    var agreed = new ServiceStatus(List.of(held), ServiceStatus.OK, Optional.of(held), List.of());
    var torn =
        new ServiceStatus(
            List.of(), "timed out", Optional.empty(), List.of("127.0.0.1:1 is at epoch 6"));

    assertThat(ServiceStatus.parse(agreed.toJson())).contains(agreed);
    assertThat(ServiceStatus.parse(torn.toJson())).contains(torn);
    assertThat(agreed.holds(7, "ab")).isTrue();
    assertThat(agreed.holds(7, "cd")).isFalse();
  }

  @Test
  void anythingElseIsNone() {
    for (var text : List.of("", "[]", "{}", "nonsense", "{\"epochs\":[{}],\"redis\":\"ok\"}")) {
      assertThat(ServiceStatus.parse(text)).as(text).isEmpty();
    }
  }
}
