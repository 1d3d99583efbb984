package dev.deployclaw.executors.gateway;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Observation;
import dev.deployclaw.policy.gateway.Loss;
import dev.deployclaw.policy.gateway.NginxFile;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** What the file of a gateway must be at an epoch. */
sealed interface Wanted {
  /**
   * @param losses what it can't express
   */
  record File(byte[] bytes, List<Loss> losses) implements Wanted {
    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** There is none, and why. */
  record Impossible(String reason) implements Wanted {}

  static Wanted of(Activation activation, FileGateway gateway) {
    return activation
        .restores()
        .map(found -> restored(found, gateway))
        .orElseGet(() -> rendered(activation, gateway));
  }

  private static Wanted rendered(Activation activation, FileGateway gateway) {
    var routing = activation.set().gateways().get(gateway.name());
    if (routing == null) {
      return new Impossible("the policy set has no gateway " + gateway.name());
    }
    var upstreams = gateway.site().upstreams().keySet();
    var missing =
        routing.routes().stream()
            .map(r -> r.service())
            .filter(s -> !upstreams.contains(s))
            .toList();
    if (!missing.isEmpty()) {
      return new Impossible("no upstream is configured for " + String.join(", ", missing));
    }
    var file = NginxFile.render(activation.set(), routing, gateway.site());
    return new File(file.text().getBytes(StandardCharsets.UTF_8), file.losses());
  }

  /** The file that was observed before, byte for byte. */
  private static Wanted restored(Observation observation, FileGateway gateway) {
    for (var facts : observation.members().getOrDefault("gateway", List.of())) {
      if (gateway.member().equals(facts.get("member"))) {
        return observed(facts);
      }
    }
    return new Impossible("nothing was observed of it that could be put back");
  }

  private static Wanted observed(Map<String, Object> facts) {
    if (facts.get("text") instanceof String text) {
      return new File(text.getBytes(StandardCharsets.UTF_8), List.of());
    }
    if (facts.get("base64") instanceof String bytes) {
      return new File(Base64.getDecoder().decode(bytes), List.of());
    }
    return new Impossible("no file was observed there");
  }
}
