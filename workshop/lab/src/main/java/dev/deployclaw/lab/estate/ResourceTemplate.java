package dev.deployclaw.lab.estate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.policy.document.PackagedText;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.util.Map;
import org.apache.commons.lang3.function.Failable;

/** A text among the resources with {@code @NAME@} places to fill. */
final class ResourceTemplate {
  private ResourceTemplate() {}

  static String fill(String resource, Map<String, String> values) {
    String text = PackagedText.read(ResourceTemplate.class, resource);
    for (var entry : values.entrySet()) {
      text = text.replace("@" + entry.getKey() + "@", entry.getValue());
    }
    return text;
  }

  static JsonNode json(String text) {
    return Failable.get(() -> ApiServer.JSON.readTree(text));
  }
}
