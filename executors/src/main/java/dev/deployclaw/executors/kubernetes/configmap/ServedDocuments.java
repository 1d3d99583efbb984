package dev.deployclaw.executors.kubernetes.configmap;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a ConfigMap holds for services: a document for each tenant, and which epoch that is. */
public final class ServedDocuments {
  /** The key that says which epoch the documents are; no tenant's key is called so. */
  private static final String ACTIVE = "active";

  /** What an API server takes in one ConfigMap, with room for the object around it. */
  private static final long MOST_BYTES = 1_000_000;

  private ServedDocuments() {}

  static ConfigMapContents of(EpochSpec activation) {
    var data = new TreeMap<String, String>();
    activation
        .set()
        .tenants()
        .forEach((tenant, policy) -> data.put(tenant + ".yaml", PolicyYamlWriter.yaml(policy)));
    byte[] active =
        CanonicalJson.bytes(Map.of("epoch", activation.epoch(), "digest", activation.digest()));
    data.put(ACTIVE, new String(active, StandardCharsets.UTF_8));
    return new ConfigMapContents(data, new TreeMap<>());
  }

  /** Why a set can't be served so; empty where it can. */
  static Optional<String> tooLarge(ConfigMapContents piece) {
    return piece.bytes() > MOST_BYTES
        ? Optional.of(
            ("the documents have %d bytes, and a ConfigMap holds %d: serve them from an "
                    + "etcd prefix")
                .formatted(piece.bytes(), MOST_BYTES))
        : Optional.empty();
  }

  /** Whether a ConfigMap is one that we wrote, for services or for gateways: no source of ours. */
  public static boolean ours(ConfigMap map) {
    return StagedConfigMaps.managed(map)
        || PublishAnnotations.of(map).filter(m -> m.epoch() == 0).isEmpty();
  }
}
