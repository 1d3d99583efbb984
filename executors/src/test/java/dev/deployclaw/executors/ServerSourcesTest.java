package dev.deployclaw.executors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.executors.kubernetes.K3sServer;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.docker.OfficialImage;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import dev.deployclaw.testkit.server.ContractResult;
import dev.deployclaw.testkit.server.ContractTable;
import dev.deployclaw.testkit.server.ServerSource;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The contract of each executor with a server, on both sources of servers, and a table of what came
 * of each promise. The executors of policy folders and of rate limit services have no server that
 * an image could be of; the service itself has a table of its own. Of Kubernetes, what needs no
 * nodes is asked of a real control plane, where a registry is reached.
 */
@Slow(
    guard = "dev.deployclaw.executors.s3.S3ObjectStoreTest",
    because = "it runs the contracts of all executors twice")
class ServerSourcesTest {
  private static final String EXECUTORS = "dev.deployclaw.executors.";
  private static final String PLAYED = "the test plays its nodes, controllers and faults";
  private static final ContractTable TABLE = new ContractTable();
  private static final ContractResult NONE =
      new ContractResult(Collections.emptySortedMap(), Collections.emptySortedSet());

  /**
   * The tests of an executor's contract; empty where a source has none of them.
   *
   * @param images that have to run in containers; none where a daemon of the tests' own has them
   */
  record Contract(String executor, String processes, String containers, List<String> images) {
    static Contract of(String executor, String test, OfficialImage... images) {
      return new Contract(executor, test, test, titles(images));
    }

    /** Of servers that are in Docker anyway, or of faults that Docker makes. */
    static Contract inContainers(String executor, String test, OfficialImage... images) {
      return new Contract(executor, "", test, titles(images));
    }

    /** Of nodes and controllers that the test plays. */
    static Contract played(String executor, String test) {
      return new Contract(executor, test, "", List.of());
    }

    private static List<String> titles(OfficialImage... images) {
      return Stream.of(images).map(OfficialImage::title).toList();
    }

    /** Why its containers can't be had. */
    Optional<String> missing() {
      if (containers.isEmpty()) {
        return Optional.of(PLAYED);
      }
      return TestDockerDaemon.missing()
          .or(() -> images.contains(K3sServer.IMAGE) ? K3sServer.missing() : Optional.empty());
    }

    @Override
    public String toString() {
      return executor;
    }
  }

  static List<Contract> contracts() {
    return List.of(
        Contract.of("etcd-state", "etcd.EtcdStateStoreTest", OfficialImage.ETCD),
        Contract.inContainers(
            "etcd-state, cut off",
            "etcd.EtcdContainerTest#doesNotKnowWhatACutOffServerDidAndFindsItAgain",
            OfficialImage.ETCD),
        Contract.of("etcd-policies", "etcd.policy.PolicyStoreExecutorTest", OfficialImage.ETCD),
        Contract.of(
            "etcd-configuration",
            "etcd.configuration.ConfigurationStoreExecutorTest",
            OfficialImage.ETCD),
        Contract.of("redis", "redis.RedisExecutorTest", OfficialImage.REDIS, OfficialImage.ETCD),
        Contract.inContainers(
            "redis, paused",
            "redis.RedisContainerTest#pausedNodesAreUnavailableAndAnswerAgain",
            OfficialImage.REDIS),
        Contract.inContainers("redis, cut off", "redis.RedisLinkTest", OfficialImage.REDIS),
        Contract.of("s3", "s3.S3ObjectStoreTest", OfficialImage.JAVA),
        Contract.of("gateway-files", "gateway.FileGatewayExecutorTest", OfficialImage.NGINX),
        Contract.inContainers(
            "gateway-files, cut off", "gateway.GatewayLinkTest", OfficialImage.NGINX),
        Contract.inContainers("gateway-containers", "docker.ContainerGatewayExecutorTest"),
        Contract.inContainers("docker", "docker.DockerInspectionExecutorTest"),
        Contract.of("probe", "probe.ProbeExecutorTest", OfficialImage.NGINX),
        new Contract(
            "kubernetes",
            "kubernetes.gateway.ControlPlaneTest",
            "kubernetes.gateway.ControlPlaneK3sTest",
            List.of(K3sServer.IMAGE)),
        Contract.played("kubernetes-gateways", "kubernetes.gateway.KubernetesGatewayExecutorTest"),
        Contract.played(
            "kubernetes-inspection", "kubernetes.inspect.KubernetesInspectionExecutorTest"),
        Contract.played("kubernetes-sources", "kubernetes.source.ConfigMapSourceExecutorTest"),
        Contract.played("kubernetes-write-back", "kubernetes.source.ConfigMapSourceWriterTest"),
        Contract.played(
            "kubernetes-configuration", "kubernetes.configmap.ConfigMapStoreExecutorTest"));
  }

  @ParameterizedTest
  @MethodSource("contracts")
  void holdsOnBothSources(Contract contract) throws Exception {
    var processes = result(contract.processes(), "processes");
    var missing = contract.missing();
    var containers = containers(contract);
    TABLE.add(contract.executor(), processes.tests(), containers.tests());

    assertThat(processes.failures()).isEmpty();
    assertThat(containers.failures()).isEmpty();
    assertThat(processes.passed() > 0).isNotEqualTo(contract.processes().isEmpty());
    if (missing.isPresent()) {
      assertThat(containers.isSkippedWithReason()).as("%s", containers.tests()).isTrue();
      assertThat(containers.tests().toString()).contains(missing.get());
    } else {
      assertThat(containers.passed()).isPositive();
      if (contract.containers().equals(contract.processes())) {
        assertThat(containers.passed())
            .as("%s as processes: %s", containers.tests(), processes.tests())
            .isEqualTo(processes.passed());
      }
      assertThat(containers.images()).containsAll(contract.images());
    }
  }

  private static ContractResult containers(Contract contract) throws InterruptedException {
    var missing = contract.containers().isEmpty() ? contract.missing() : TestDockerDaemon.missing();
    return missing.isPresent()
        ? ContractResult.skipped(missing.get())
        : result(contract.containers(), ServerSource.CONTAINERS);
  }

  private static ContractResult result(String test, String source) throws InterruptedException {
    return test.isEmpty() ? NONE : ContractResult.of(EXECUTORS + test, source);
  }

  @AfterAll
  static void write() throws IOException {
    TABLE.write();
  }
}
