package dev.deployclaw.executors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import dev.deployclaw.testkit.server.ContractTable;
import dev.deployclaw.testkit.server.ServerSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * The contract of each executor with a server, on both sources of servers, and a table of what came
 * of it. The executors of policy sources and of rate limit services have no server that an image
 * could be of.
 */
@Slow(
    guard = "dev.deployclaw.executors.s3.S3ObjectStoreTest",
    because = "it runs the contracts of all executors twice")
class ServerSourcesTest {
  private static final String EXECUTORS = "dev.deployclaw.executors.";

  /** An executor and the tests of its contract; one without processes has its servers in Docker. */
  private record Contract(String executor, boolean processes, String test) {}

  private static final List<Contract> CONTRACTS =
      List.of(
          new Contract("etcd-state", true, "etcd.EtcdStateStoreTest"),
          new Contract("etcd-policies", true, "etcd.policy.PolicyStoreExecutorTest"),
          new Contract(
              "etcd-configuration", true, "etcd.configuration.ConfigurationStoreExecutorTest"),
          new Contract("redis", true, "redis.RedisExecutorTest"),
          new Contract("s3", true, "s3.S3ObjectStoreTest"),
          new Contract("gateway-files", true, "gateway.FileGatewayExecutorTest"),
          new Contract("gateway-containers", false, "docker.gateway.ContainerGatewayExecutorTest"),
          new Contract("docker", false, "docker.DockerInspectionExecutorTest"),
          new Contract("probe", true, "probe.ProbeExecutorTest"),
          new Contract("kubernetes", true, "kubernetes.gateway.ControlPlaneTest"));

  @Test
  void allContractsHoldOnBothSources() throws Exception {
    var failures = new ArrayList<String>();
    for (var contract : CONTRACTS) {
      var results = new ArrayList<String>();
      for (String source : List.of("processes", ServerSource.CONTAINERS)) {
        results.add(result(contract, source, failures));
      }
      ContractTable.put("executor " + contract.executor(), results.get(0), results.get(1));
    }
    ContractTable.print();

    assertThat(failures).isEmpty();
  }

  private static String result(Contract contract, String source, List<String> failures) {
    boolean containers = source.equals(ServerSource.CONTAINERS);
    if (!containers && !contract.processes()) {
      return "-";
    }
    if (containers && TestDockerDaemon.missing().isPresent()) {
      return "skipped: no Docker";
    }
    var summary = run(EXECUTORS + contract.test(), source).getSummary();
    summary
        .getFailures()
        .forEach(f ->
            failures.add(
                source + " " + f.getTestIdentifier().getDisplayName() + ": " + f.getException()));
    return "%d, %d failed, %d skipped"
        .formatted(
            summary.getTestsSucceededCount(),
            summary.getTestsFailedCount(),
            summary.getTestsSkippedCount() + summary.getTestsAbortedCount());
  }

  private static SummaryGeneratingListener run(String test, String source) {
    var listener = new SummaryGeneratingListener();
    String before = System.getProperty(ServerSource.PROPERTY, "processes");
    System.setProperty(ServerSource.PROPERTY, source);
    try {
      var request = LauncherDiscoveryRequestBuilder.request().selectors(selectClass(test)).build();
      LauncherFactory.create().execute(request, listener);
    } finally {
      System.setProperty(ServerSource.PROPERTY, before);
    }
    return listener;
  }
}
