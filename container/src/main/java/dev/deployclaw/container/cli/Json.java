package dev.deployclaw.container.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;

/** JSON documents for standard output: indented, keys in the order that the maps have. */
final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Json() {}

  static String text(Object jsonLike) {
    try {
      return MAPPER.writeValueAsString(jsonLike);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON-like", e);
    }
  }
}
