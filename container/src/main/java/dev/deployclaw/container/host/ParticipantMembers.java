package dev.deployclaw.container.host;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.KubernetesConfig;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The members that the configuration gives participants, by the names that executors report. Those
 * of Redis only the cluster knows: a failover changes its primaries.
 *
 * @param byParticipant all members of each
 */
record ParticipantMembers(Map<String, Set<String>> byParticipant) {
  static ParticipantMembers of(AgentConfig config) {
    return new ParticipantMembers(
        Map.of(
            "etcd",
            Set.of("etcd"),
            "gateway",
            names("gateway", config.routing().stream().map(g -> g.namespace() + "/" + g.name())),
            "ratelimit",
            names("ratelimit", config.services().stream().map(ParticipantMembers::service)),
            "configuration",
            names("configuration", stores(config))));
  }

  private static String service(AgentConfig.Service service) {
    return service.namespace() + "/" + URI.create(service.url()).getAuthority();
  }

  private static Stream<String> stores(AgentConfig config) {
    return Stream.concat(
        config.configurationStores().stream().map(AgentConfig.ConfigurationStore::name),
        config.kubernetes().stream()
            .flatMap(k -> k.configurationStores().stream())
            .map(KubernetesConfig.MapStore::name));
  }

  private static Set<String> names(String participant, Stream<String> members) {
    return members.map(m -> participant + "/" + m).collect(Collectors.toUnmodifiableSet());
  }

  /** Empty where the configuration doesn't know. */
  Optional<Set<String>> named(String participant) {
    return Optional.ofNullable(byParticipant.get(participant));
  }
}
