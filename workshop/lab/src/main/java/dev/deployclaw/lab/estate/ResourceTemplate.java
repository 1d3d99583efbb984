package dev.deployclaw.lab.estate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.commons.lang3.function.Failable;

/** A text among the resources with {@code @NAME@} places to fill. */
final class ResourceTemplate {
  private ResourceTemplate() {}

  static String fill(String resource, Map<String, String> values) {
    String text = read(resource);
    for (var entry : values.entrySet()) {
      text = text.replace("@" + entry.getKey() + "@", entry.getValue());
    }
    return text;
  }

  static JsonNode json(String text) {
    return Failable.get(() -> ApiServer.JSON.readTree(text));
  }

  private static String read(String resource) {
    try (InputStream in = ResourceTemplate.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
