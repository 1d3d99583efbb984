package dev.deployclaw.executors.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NoGatewayTest {
  @Test
  void isLeftOutWhereNoGatewayIsConfigured() throws Exception {
    var executor = new GatewayExecutor(GatewaySettings.of(List.of(), Path.of("unused")));
    var calls =
        List.of(new Call.Look("topology", Map.of()), new Call.Observe(), new Call.Discard(1));
    for (Call call : calls) {
      var outcome =
          executor.execute(new Invocation("gateway", call, Fence.NONE, Duration.ofMinutes(1)));

      assertThat(((Outcome.Done) outcome).reports())
          .containsExactly(Report.skipped("gateway", "no file gateway is configured"));
    }
  }
}
