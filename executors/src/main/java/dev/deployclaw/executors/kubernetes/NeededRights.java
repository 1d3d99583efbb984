package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.executors.sandbox.WriteBack;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All rights that a configuration needs of an API server, each as the request that it allows: what
 * looks, changes, ways back and write-backs ask there, and nothing that this configuration never
 * asks. A right whose lack only makes an answer poorer, and says so there, isn't among them.
 */
record NeededRights(Set<Ask> asks) {
  private static final List<String> CONFIG_MAPS =
      List.of("list", "get", "create", "patch", "delete");
  private static final List<String> PODS = List.of("list", "get", "create", "delete");
  private static final List<String> SERVED = List.of("get", "create", "patch", "delete");

  static NeededRights of(KubernetesSettings settings, List<ServedMap> stores) {
    var all = new LinkedHashSet<Ask>();
    all.add(Api.VERSION);
    settings.looked().forEach(namespace -> looked(namespace).forEach(all::add));
    for (var gateway : settings.gateways()) {
      gateway(gateway).forEach(all::add);
    }
    settings.policies().forEach(source -> source(source).forEach(all::add));
    stores.forEach(s -> asks(Kind.CONFIG_MAPS, SERVED, s.namespace()).forEach(all::add));
    return new NeededRights(all);
  }

  private static Stream<Ask> looked(String namespace) {
    return Stream.of(Kind.DEPLOYMENTS, Kind.PODS, Kind.SERVICES)
        .map(kind -> kind.ask("list", namespace, ""));
  }

  /** Its Deployment by name; of ConfigMaps and pods any, since their names hold the epoch. */
  private static Stream<Ask> gateway(KubernetesGateway gateway) {
    String in = gateway.namespace();
    var deployment =
        Stream.of("get", "patch").map(v -> Kind.DEPLOYMENTS.ask(v, in, gateway.deployment()));
    var others = Stream.concat(asks(Kind.CONFIG_MAPS, CONFIG_MAPS, in), asks(Kind.PODS, PODS, in));
    return Stream.concat(deployment, others);
  }

  private static Stream<Ask> source(PolicyMaps source) {
    String in = source.namespace();
    boolean written = source.writeBack() instanceof WriteBack.Source;
    var verbs = written ? List.of("list", "get", "patch") : List.of("list");
    return Stream.concat(
        asks(Kind.CONFIG_MAPS, verbs, in), Stream.of(Kind.NAMESPACES.ask("get", in, in)));
  }

  private static Stream<Ask> asks(Kind<?> kind, List<String> verbs, String namespace) {
    return verbs.stream().map(verb -> kind.ask(verb, namespace, ""));
  }
}
