package dev.deployclaw.lab;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What two answers of a command have in common: of one JSON document all fields with their kinds,
 * of a text its first line without numbers.
 */
final class AnswerShape {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private AnswerShape() {}

  /**
   * @param without fields of the document that are left out
   */
  static String of(String out, Set<String> without) {
    return document(out)
        .map(document ->
            document instanceof ObjectNode object
                ? shape(object.deepCopy().without(without))
                : shape(document))
        .orElseGet(() -> out.lines().findFirst().orElse("").replaceAll("[0-9a-f]{8,}|[0-9]+", "#"));
  }

  /** Empty where it isn't one JSON document. */
  static Optional<JsonNode> document(String out) {
    try {
      return Optional.of(JSON.readTree(out)).filter(node -> !node.isMissingNode());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Lists alone have no shape: how long they are, and of what, depends on the moment. */
  private static String shape(JsonNode node) {
    if (node.isArray()) {
      return "[]";
    }
    if (!node.isObject()) {
      return node.getNodeType().name();
    }
    var fields = new TreeMap<String, String>();
    node.properties().forEach(field -> fields.put(field.getKey(), shape(field.getValue())));
    return fields.toString();
  }
}
