package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ServiceStatus.Held;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service while a replica takes over from its primary. */
class FailoverTest {
  private static final int TENANTS = 12;

  @TempDir Path folder;

  @Test
  void decidesOnAfterAFailover() throws Exception {
    try (var estate = Estate.start(folder, 1)) {
      var held = estate.activate(1, Sets.of(Sets.tenants(TENANTS, Sets.burst("all", 1_000))));
      var lost = estate.redis().primaries().getFirst();

      estate.redis().kill(lost);

      BoundedWait.until("every tenant is decided by Redis", Estate.LONG, () -> allDecided(estate));
      BoundedWait.until(
          "the status is whole",
          Estate.LONG,
          () ->
              estate.status().decided().equals(java.util.Optional.of(new Held(1, held.digest()))));
      assertThat(estate.redis().primaries()).hasSize(3).doesNotContain(lost);
    }
  }

  private static boolean allDecided(Estate estate) {
    for (int i = 0; i < TENANTS; i++) {
      var headers =
          Map.of(
              DecideHeaders.GATEWAY, "edge-1",
              DecideHeaders.HOST, "t" + i + ".api.example.com",
              DecideHeaders.METHOD, "GET",
              DecideHeaders.URI, "/",
              DecideHeaders.CLIENT, "10.0.0.1");
      if (estate.get("/v1/decide", headers).headers().firstValue(DecideHeaders.EPOCH).isEmpty()) {
        return false;
      }
    }
    return true;
  }
}
