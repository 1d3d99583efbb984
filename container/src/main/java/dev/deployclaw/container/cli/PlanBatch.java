package dev.deployclaw.container.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.wiring.Unusable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests of a file of JSON lines. Read as a whole, so that a bad line ends it before the first.
 */
record PlanBatch(String id, String request) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MOST_LINES = 100_000;

  static List<PlanBatch> read(Path file) throws Unusable {
    List<String> lines;
    try (var all = Files.lines(file)) {
      lines = all.limit(MOST_LINES + 1L).toList();
    } catch (IOException e) {
      throw new Unusable(file + " can't be read: " + e + "; give a file of JSON lines");
    }
    if (lines.size() > MOST_LINES) {
      throw new Unusable(file + " has more than " + MOST_LINES + " lines; split it");
    }
    var out = new ArrayList<PlanBatch>();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        out.add(item(lines.get(i), file + ":" + (i + 1)));
      }
    }
    return out;
  }

  private static PlanBatch item(String line, String place) throws Unusable {
    JsonNode node;
    try {
      node = MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new Unusable(place + " isn't JSON: " + e.getOriginalMessage() + "; mend this line");
    }
    if (!node.path("id").isValueNode() || !node.path("request").isTextual()) {
      throw new Unusable(place + " lacks id or request; write {\"id\": \"a\", \"request\": \"…\"}");
    }
    return new PlanBatch(node.get("id").asText(), node.get("request").textValue());
  }
}
