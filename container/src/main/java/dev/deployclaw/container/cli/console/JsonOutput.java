package dev.deployclaw.container.cli.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;

/** JSON documents for standard output; keys stand in the order that the maps have. */
public final class JsonOutput {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JsonOutput() {}

  /** Indented. */
  public static String text(Object jsonLike) {
    return write(MAPPER.writerWithDefaultPrettyPrinter(), jsonLike);
  }

  /** On one line. */
  public static String line(Object jsonLike) {
    return write(MAPPER.writer(), jsonLike);
  }

  private static String write(ObjectWriter writer, Object jsonLike) {
    try {
      return writer.writeValueAsString(jsonLike);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON-like", e);
    }
  }
}
