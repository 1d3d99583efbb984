package dev.deployclaw.container.cli.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.config.SetupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests of a file of JSON lines. Read as a whole, so that a bad line ends it before the first.
 */
record BatchRequest(String id, String request) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MOST_LINES = 100_000;

  static List<BatchRequest> read(Path file) throws SetupException {
    List<String> lines;
    try (var all = Files.lines(file)) {
      lines = all.limit(MOST_LINES + 1L).toList();
    } catch (IOException e) {
      throw new SetupException(file + " can't be read: " + e + "; give a file of JSON lines");
    }
    if (lines.size() > MOST_LINES) {
      throw new SetupException(file + " has more than " + MOST_LINES + " lines; split it");
    }
    var out = new ArrayList<BatchRequest>();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        out.add(item(lines.get(i), file + ":" + (i + 1)));
      }
    }
    return out;
  }

  private static BatchRequest item(String line, String place) throws SetupException {
    JsonNode node;
    try {
      node = MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new SetupException(
          place + " isn't JSON: " + e.getOriginalMessage() + "; correct this line");
    }
    if (!node.path("id").isValueNode() || !node.path("request").isTextual()) {
      throw new SetupException(
          place + " lacks id or request; write {\"id\": \"a\", \"request\": \"…\"}");
    }
    return new BatchRequest(node.get("id").asText(), node.get("request").textValue());
  }
}
