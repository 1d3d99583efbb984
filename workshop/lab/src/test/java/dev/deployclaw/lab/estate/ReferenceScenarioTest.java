package dev.deployclaw.lab.estate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.estate.PodGatewayFleet.Replicated;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceScenarioTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 6, 11, 12, 13, 47, 200})
  void makesDeploymentsOfAsManyPodsAsAskedFor(int pods) {
    List<Replicated> deployments = ReferenceScenario.deployments(pods);

    assertThat(deployments.stream().mapToInt(Replicated::replicas).sum()).isEqualTo(pods);
    assertThat(deployments).allSatisfy(d -> assertThat(d.replicas()).isPositive());
    assertThat(deployments.stream().map(d -> d.gateway().namespace()).distinct())
        .hasSize(Math.min(pods, ReferenceScenario.NAMESPACES.size()));
  }
}
