package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks at a Kubernetes API: does it answer, its version, and its namespaces. */
public final class KubernetesExecutor implements Executor {
  private static final String MEMBER = "kubernetes";
  private static final String INSPECT = "inspect";
  private static final long MOST_NAMESPACES = 500;

  private final Optional<Path> kubeconfig;
  private final Duration timeout;

  /**
   * @param kubeconfig empty where none is configured
   * @param timeout for connecting, and for each answer
   */
  public KubernetesExecutor(Optional<Path> kubeconfig, Duration timeout) {
    this.kubeconfig = kubeconfig;
    this.timeout = timeout;
  }

  @Override
  public String name() {
    return MEMBER;
  }

  @Override
  public Set<String> verbs() {
    return Set.of(INSPECT);
  }

  @Override
  public Outcome execute(Invocation invocation) {
    if (!invocation.call().verb().equals(INSPECT) || !(invocation.call() instanceof Call.Look)) {
      return Outcome.failed(new Fault.Invalid("kubernetes knows no " + invocation.call().verb()));
    }
    var report =
        kubeconfig
            .map(this::inspect)
            .orElseGet(() -> Report.skipped(MEMBER, "no kubeconfig is configured"));
    return Outcome.done(List.of(report));
  }

  private Report inspect(Path file) {
    if (!Files.isReadable(file)) {
      return Report.no(MEMBER, "the kubeconfig " + file + " can't be read");
    }
    try (var client = client(file)) {
      var version = client.getKubernetesVersion();
      var options = new ListOptionsBuilder().withLimit(MOST_NAMESPACES).build();
      var namespaces =
          client.namespaces().list(options).getItems().stream()
              .map(n -> n.getMetadata().getName())
              .sorted()
              .toList();
      return Report.yes(
          MEMBER,
          "",
          Map.of(
              "server",
              client.getMasterUrl().toString(),
              "version",
              version == null ? "" : String.valueOf(version.getGitVersion()),
              "namespaces",
              namespaces));
    } catch (KubernetesClientException | IllegalArgumentException e) {
      return Report.no(MEMBER, "does not answer: " + e.getMessage());
    }
  }

  private KubernetesClient client(Path file) {
    int millis = Math.toIntExact(timeout.toMillis());
    Config config =
        new ConfigBuilder(Config.fromKubeconfig(file.toFile()))
            .withConnectionTimeout(millis)
            .withRequestTimeout(millis)
            .withRequestRetryBackoffLimit(0)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }
}
