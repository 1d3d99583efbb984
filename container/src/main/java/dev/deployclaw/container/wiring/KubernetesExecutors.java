package dev.deployclaw.container.wiring;

import dev.deployclaw.container.config.KubernetesConfig;
import dev.deployclaw.container.config.KubernetesConfig.DeploymentEntry;
import dev.deployclaw.container.config.KubernetesConfig.MapSource;
import dev.deployclaw.container.config.KubernetesConfig.MapStore;
import dev.deployclaw.core.environment.InterruptibleSupplier;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.executors.kubernetes.ConfigMapSource;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.KubernetesSettings;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.kubernetes.configmap.ConfigMapStoreExecutor;
import dev.deployclaw.executors.kubernetes.configmap.ServedConfigMap;
import dev.deployclaw.executors.kubernetes.fleet.PodAddresses;
import dev.deployclaw.executors.kubernetes.gateway.KubernetesGatewayExecutor;
import dev.deployclaw.executors.kubernetes.inspect.KubernetesInspectionExecutor;
import dev.deployclaw.executors.kubernetes.source.ConfigMapSourceExecutor;
import dev.deployclaw.executors.probe.ProbeSettings.Entrance;
import dev.deployclaw.executors.probe.ProbeSettings.Found;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * From the section {@code kubernetes} to its executors, which share one link. Closing it closes the
 * link.
 */
record KubernetesExecutors(Optional<Cluster> cluster) implements AutoCloseable {
  private record Cluster(
      KubernetesConfig config, KubernetesConnection link, KubernetesSettings settings) {
    List<ServedConfigMap> served() {
      return config.configurationStores().stream().map(KubernetesExecutors::store).toList();
    }
  }

  /**
   * @param patches where patches are put for the owner of a source
   */
  static KubernetesExecutors of(Optional<KubernetesConfig> config, Path patches) {
    return new KubernetesExecutors(config.map(c -> new Cluster(c, link(c), settings(c, patches))));
  }

  BackendExecutor looks() {
    return new KubernetesInspectionExecutor(
        cluster.map(Cluster::link),
        cluster.map(Cluster::settings).orElse(KubernetesSettings.NONE),
        cluster.map(Cluster::served).orElse(List.of()));
  }

  /** Empty where no gateway runs there. */
  Stream<BackendExecutor> gateways() {
    return cluster.stream()
        .filter(c -> !c.settings().gateways().isEmpty())
        .map(c -> new KubernetesGatewayExecutor(c.link(), c.settings()));
  }

  /** Empty where no service reads its limits there. */
  Stream<BackendExecutor> stores() {
    return cluster.stream()
        .filter(c -> !c.config().configurationStores().isEmpty())
        .map(c -> new ConfigMapStoreExecutor(c.link(), c.served()));
  }

  private static ServedConfigMap store(MapStore s) {
    return new ServedConfigMap(s.name(), s.namespace(), s.configMap());
  }

  /** Empty where no policies are kept there. */
  Stream<BackendExecutor> sources() {
    return cluster.stream()
        .filter(c -> !c.settings().policies().isEmpty())
        .map(c -> new ConfigMapSourceExecutor(c.link(), c.settings().policies()));
  }

  /**
   * Where synthetic requests enter: by the address that is configured, or through each pod.
   *
   * @param others that stand fast
   */
  InterruptibleSupplier<Found> entrances(List<Entrance> others) {
    if (cluster.isEmpty()) {
      return () -> new Found(others, List.of());
    }
    var gateways = cluster.get().config().gateways();
    var fast = new ArrayList<>(others);
    gateways.forEach(g -> entrance(g).ifPresent(fast::add));
    var byPod = gateways.stream().filter(g -> g.url().isEmpty()).map(KubernetesExecutors::gateway);
    var pods = new PodAddresses(cluster.get().link(), byPod.toList());
    return () -> together(fast, pods.now());
  }

  private static Found together(List<Entrance> fast, PodAddresses.Listening listening) {
    var open = new ArrayList<>(fast);
    listening
        .pods()
        .forEach(a -> open.add(new Entrance(a.gateway(), a.namespace(), a.url(), a.pod())));
    return new Found(open, listening.closed());
  }

  private static Optional<Entrance> entrance(DeploymentEntry e) {
    var gateway = e.gateway();
    return e.url()
        .map(url -> new Entrance(gateway.name(), gateway.namespace(), URI.create(url), ""));
  }

  @Override
  public void close() {
    cluster.ifPresent(c -> c.link().close());
  }

  private static KubernetesConnection link(KubernetesConfig c) {
    return new KubernetesConnection(
        new KubernetesConnection.Access(c.kubeconfig(), c.context()), c.timeout());
  }

  private static KubernetesSettings settings(KubernetesConfig c, Path patches) {
    var policies = c.policySources().stream().map(s -> policies(s, patches)).toList();
    var gateways = c.gateways().stream().map(KubernetesExecutors::gateway).toList();
    return KubernetesSettings.of(c.namespaces(), policies, gateways, c.preflight());
  }

  private static ConfigMapSource policies(MapSource s, Path patches) {
    var writeBack = ExecutorFactory.writeBack(s.writeBack(), s.takesOver(), patches);
    return new ConfigMapSource(s.namespace(), s.selector(), s.tenants(), writeBack);
  }

  private static KubernetesGateway gateway(DeploymentEntry e) {
    return new KubernetesGateway(
        e.gateway().name(),
        e.gateway().namespace(),
        e.deployment(),
        e.container(),
        e.volume(),
        e.file(),
        e.binary(),
        e.front().site());
  }
}
