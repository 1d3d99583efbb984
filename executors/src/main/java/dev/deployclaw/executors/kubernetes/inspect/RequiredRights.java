package dev.deployclaw.executors.kubernetes.inspect;

import dev.deployclaw.executors.kubernetes.ConfigMapSource;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.KubernetesSettings;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.RbacRequest;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.kubernetes.configmap.ServedConfigMap;
import dev.deployclaw.executors.member.WriteBackMode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All rights that a configuration needs of an API server, each as the request that it allows: what
 * looks, changes, ways back and write-backs ask there, and nothing that this configuration never
 * asks. A right whose lack only makes an answer poorer, and says so there, isn't among them.
 */
record RequiredRights(Set<RbacRequest> asks) {
  private static final List<String> CONFIG_MAPS =
      List.of("list", "get", "create", "patch", "delete");
  private static final List<String> PODS = List.of("list", "get", "create", "delete");
  private static final List<String> SERVED = List.of("get", "create", "patch", "delete");

  static RequiredRights of(KubernetesSettings settings, List<ServedConfigMap> stores) {
    var all = new LinkedHashSet<RbacRequest>();
    all.add(KubernetesApi.VERSION);
    settings.looked().forEach(namespace -> looked(namespace).forEach(all::add));
    for (var gateway : settings.gateways()) {
      gateway(gateway).forEach(all::add);
    }
    settings.policies().forEach(source -> source(source).forEach(all::add));
    stores.forEach(s -> asks(ResourceKind.CONFIG_MAPS, SERVED, s.namespace()).forEach(all::add));
    return new RequiredRights(all);
  }

  private static Stream<RbacRequest> looked(String namespace) {
    return Stream.of(ResourceKind.DEPLOYMENTS, ResourceKind.PODS, ResourceKind.SERVICES)
        .map(kind -> kind.ask("list", namespace, ""));
  }

  /** Its Deployment by name; of ConfigMaps and pods any, since their names hold the epoch. */
  private static Stream<RbacRequest> gateway(KubernetesGateway gateway) {
    String in = gateway.namespace();
    var deployment =
        Stream.of("get", "patch")
            .map(v -> ResourceKind.DEPLOYMENTS.ask(v, in, gateway.deployment()));
    var others =
        Stream.concat(
            asks(ResourceKind.CONFIG_MAPS, CONFIG_MAPS, in), asks(ResourceKind.PODS, PODS, in));
    return Stream.concat(deployment, others);
  }

  private static Stream<RbacRequest> source(ConfigMapSource source) {
    String in = source.namespace();
    boolean written = source.writeBack() instanceof WriteBackMode.Source;
    var verbs = written ? List.of("list", "get", "patch") : List.of("list");
    return Stream.concat(
        asks(ResourceKind.CONFIG_MAPS, verbs, in),
        Stream.of(ResourceKind.NAMESPACES.ask("get", in, in)));
  }

  private static Stream<RbacRequest> asks(
      ResourceKind<?> kind, List<String> verbs, String namespace) {
    return verbs.stream().map(verb -> kind.ask(verb, namespace, ""));
  }
}
