package dev.deployclaw.policy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.redis.CanaryCohort;
import dev.deployclaw.policy.redis.FunctionLibrary.Trial;
import dev.deployclaw.policy.wire.ServiceStatus.Asked;
import dev.deployclaw.policy.wire.ServiceStatus.Held;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServiceStatusTest {

  @Test
  void statusIsReadBack() {
    var held = new Held(7, "ab");
    var asks = List.of(new Asked("127.0.0.1:7001", "3f2a"), new Asked("127.0.0.1:7002", ""));
    var agreed =
        new ServiceStatus(
                List.of(held),
                ServiceStatus.OK,
                asks,
                Optional.of(held),
                Optional.of(new Trial(8, "cd", new CanaryCohort(500))),
                List.of())
            .waiting(Duration.ofMillis(250));
    var torn =
        new ServiceStatus(
            List.of(),
            "timed out",
            List.of(),
            Optional.empty(),
            Optional.empty(),
            List.of("127.0.0.1:1 is at epoch 6"));

    assertThat(ServiceStatus.parse(agreed.toJson())).contains(agreed);
    assertThat(ServiceStatus.parse(torn.toJson())).contains(torn);
    assertThat(agreed.holds(7, "ab")).isTrue();
    assertThat(agreed.holds(7, "cd")).isFalse();
  }

  @Test
  void aServiceThatDoesNotSayWhomItAsksIsReadToo() {
    var older = ServiceStatus.parse("{\"epochs\":[],\"redis\":\"ok\"}").orElseThrow();

    assertThat(older.asks()).isEmpty();
  }

  @Test
  void anythingElseIsNone() {
    for (var text : List.of("", "[]", "{}", "nonsense", "{\"epochs\":[{}],\"redis\":\"ok\"}")) {
      assertThat(ServiceStatus.parse(text)).as(text).isEmpty();
    }
  }
}
