package dev.deployclaw.executors.kubernetes.configmap;

import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.policy.model.DnsLabel;
import java.util.Optional;

/**
 * A ConfigMap from which services read limits themselves.
 *
 * @param name of the store, as the log shows it
 * @param configMap its name
 */
public record ServedConfigMap(String name, String namespace, String configMap)
    implements BoundedFanout.Member {
  public ServedConfigMap {
    DnsLabel.label("namespace", namespace);
    if (!configMap.matches("[a-z0-9]([a-z0-9.-]{0,200}[a-z0-9])?")) {
      throw new IllegalArgumentException("configMap isn't a plain name: \"" + configMap + "\"");
    }
  }

  @Override
  public String member() {
    return "configuration/" + name;
  }

  /** Of the ConfigMap that holds an epoch before anybody reads it. */
  String staged(long epoch) {
    return prefix() + epoch;
  }

  /** The epoch of which a ConfigMap of that name is staged here, in digits; empty for none. */
  Optional<String> epoch(String name) {
    return Optional.of(name)
        .filter(n -> n.startsWith(prefix()))
        .map(n -> n.substring(prefix().length()))
        .filter(e -> e.matches("\\d{1,18}"));
  }

  private String prefix() {
    return KubernetesApi.MANAGER + "-" + configMap + "-e";
  }
}
