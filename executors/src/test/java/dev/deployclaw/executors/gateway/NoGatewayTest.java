package dev.deployclaw.executors.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NoGatewayTest {
  @Test
  void isLeftOutWhereNoGatewayIsConfigured() throws Exception {
    var executor = new FileGatewayExecutor(FileGatewaySettings.of(List.of(), Path.of("unused")));
    var calls =
        List.of(
            new ExecutorCall.Look("topology", Map.of()),
            new ExecutorCall.Observe(),
            new ExecutorCall.Discard(1));
    for (ExecutorCall call : calls) {
      var outcome =
          executor.execute(
              new Invocation("gateway", call, FencingToken.NONE, Duration.ofMinutes(1)));

      assertThat(((CallOutcome.Done) outcome).reports())
          .containsExactly(MemberReport.skipped("gateway", "no file gateway is configured"));
    }
  }
}
