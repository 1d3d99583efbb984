package dev.deployclaw.container.cli.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.deployclaw.policy.json.RecordJson;

/** JSON documents for standard output; keys have the order of the maps and records. */
public final class JsonOutput {
  private JsonOutput() {}

  /** Indented. */
  public static String text(Object jsonLike) {
    return write(RecordJson.MAPPER.writerWithDefaultPrettyPrinter(), jsonLike);
  }

  public static String line(Object jsonLike) {
    return write(RecordJson.MAPPER.writer(), jsonLike);
  }

  private static String write(ObjectWriter writer, Object jsonLike) {
    try {
      return writer.writeValueAsString(jsonLike);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON-like", e);
    }
  }
}
