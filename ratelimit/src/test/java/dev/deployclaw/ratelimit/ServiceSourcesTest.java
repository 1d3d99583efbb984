package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.docker.OfficialImage;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import dev.deployclaw.testkit.server.ContractResult;
import dev.deployclaw.testkit.server.ContractTable;
import dev.deployclaw.testkit.server.ServerSource;
import org.junit.jupiter.api.Test;

/** The service's contract with its Redis and etcd on both sources of servers. */
@Slow(
    guard = "dev.deployclaw.ratelimit.RateLimitServiceTest",
    because = "it runs the tests of the service twice, once in containers")
class ServiceSourcesTest {
  private static final String CONTRACT = RateLimitServiceTest.class.getName();

  @Test
  void theServiceKeepsItsContractOnBothSources() throws Exception {
    var processes = ContractResult.of(CONTRACT, "processes");
    var missing = TestDockerDaemon.missing();
    var containers =
        missing.isPresent()
            ? ContractResult.skipped(missing.get())
            : ContractResult.of(CONTRACT, ServerSource.CONTAINERS);
    var table = new ContractTable();
    table.add("rate limit service", processes.tests(), containers.tests());
    table.write();

    assertThat(processes.failures()).isEmpty();
    assertThat(containers.failures()).isEmpty();
    assertThat(processes.passed()).isPositive();
    if (missing.isEmpty()) {
      assertThat(containers.passed()).isEqualTo(processes.passed());
      assertThat(containers.images())
          .contains(OfficialImage.REDIS.title(), OfficialImage.ETCD.title());
    }
  }
}
