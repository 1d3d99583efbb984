package dev.deployclaw.container.host;

import dev.deployclaw.container.config.AgentConfig;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All members that the configuration gives participants, by the names that executors report. Those
 * of Redis only the cluster knows: a failover changes its primaries.
 */
record ParticipantMembers(Map<String, Set<String>> byParticipant) {
  static ParticipantMembers of(AgentConfig config) {
    var gateways = config.routing().stream().map(g -> g.namespace() + "/" + g.name());
    var services =
        config.services().stream()
            .map(s -> s.namespace() + "/" + URI.create(s.url()).getAuthority());
    var stores =
        Stream.concat(
            config.configurationStores().stream().map(s -> s.name()),
            config.kubernetes().stream()
                .flatMap(k -> k.configurationStores().stream())
                .map(s -> s.name()));
    return new ParticipantMembers(
        Map.of(
            "etcd", Set.of("etcd"),
            "gateway", named("gateway", gateways),
            "ratelimit", named("ratelimit", services),
            "configuration", named("configuration", stores)));
  }

  private static Set<String> named(String participant, Stream<String> members) {
    return members.map(m -> participant + "/" + m).collect(Collectors.toUnmodifiableSet());
  }

  /** Empty where the configuration doesn't know. */
  Optional<Set<String>> of(String participant) {
    return Optional.ofNullable(byParticipant.get(participant));
  }
}
