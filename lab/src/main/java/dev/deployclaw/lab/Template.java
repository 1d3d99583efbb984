package dev.deployclaw.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A text among the resources with {@code @NAME@} places to fill. */
final class Template {
  private Template() {}

  static String fill(String resource, Map<String, String> values) {
    String text = read(resource);
    for (var entry : values.entrySet()) {
      text = text.replace("@" + entry.getKey() + "@", entry.getValue());
    }
    return text;
  }

  private static String read(String resource) {
    try (InputStream in = Template.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
