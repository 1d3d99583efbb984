package dev.deployclaw.executors.ratelimit;

import dev.deployclaw.policy.wire.ServiceStatus;
import dev.deployclaw.policy.wire.ServiceStatus.Asked;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whether a rate limit service asks the configured Redis. Nodes are compared by id: the same node
 * may be reached at several addresses, and another one may stand at a known address.
 *
 * @param nodes addresses by id; empty where the configured Redis can't be asked
 */
record RedisIdentityCheck(Map<String, String> nodes) {

  /** What is wrong and what to do; empty where nothing is, or where it can't be told. */
  Optional<String> broken(ServiceStatus status) {
    var strangers =
        status.asks().stream()
            .filter(asked -> !asked.id().isEmpty() && !nodes.containsKey(asked.id()))
            .toList();
    return nodes.isEmpty() || strangers.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "asks another Redis, %s, than the configured one: limits through its gateways are"
                    .formatted(
                        strangers.stream().map(Asked::node).collect(Collectors.joining(", ")))
                + " wrong; start it with --redis="
                + String.join(",", new TreeSet<>(nodes.values())));
  }
}
