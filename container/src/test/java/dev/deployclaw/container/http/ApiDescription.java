package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The API's OpenAPI document, by which calls and answers are judged. A field that an answer has and
 * its schema doesn't name is a fault: whatever is answered is described.
 */
final class ApiDescription {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private final JsonNode document;
  private final JsonNode closed;
  private final Map<String, Operation> operations = new TreeMap<>();
  private final Map<String, Schema> compiled = new HashMap<>();

  ApiDescription(String yaml) {
    document = JSON.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(yaml));
    closed = close(document.at("/components/schemas").deepCopy());
    for (var path : document.path("paths").properties()) {
      for (var method : path.getValue().properties()) {
        var fields = method.getValue();
        var operation =
            new Operation(method.getKey().toUpperCase(Locale.ROOT), path.getKey(), fields);
        assertThat(operations.put(operation.id(), operation)).as(operation.id()).isNull();
      }
    }
  }

  /** A method of a path. */
  record Operation(String method, String path, JsonNode fields) {
    String id() {
      return fields.path("operationId").asText();
    }
  }

  JsonNode document() {
    return document;
  }

  List<Operation> operations() {
    return List.copyOf(operations.values());
  }

  Operation operation(String id) {
    return Objects.requireNonNull(operations.get(id), id);
  }

  /** The statuses that an operation names one by one, as {@code id status}. */
  List<String> statuses(Operation operation) {
    var out = new ArrayList<String>();
    operation
        .fields()
        .path("responses")
        .fieldNames()
        .forEachRemaining(s -> {
          if (!s.equals("default")) {
            out.add(operation.id() + " " + s);
          }
        });
    return out;
  }

  /** Asserts that an answer has a listed status, its headers, a listed type and the right form. */
  void check(Operation operation, Served.Answer answer) {
    String where = operation.id() + " " + answer.status() + ": " + answer.body();
    var responses = operation.fields().path("responses");
    assertThat(responses.has(Integer.toString(answer.status()))).as(where).isTrue();
    check(where, followed(responses.path(Integer.toString(answer.status()))), answer);
  }

  /** The same, for an answer that any call may bring. */
  void checkDefault(Operation operation, Served.Answer answer) {
    String where = operation.id() + " " + answer.status() + ": " + answer.body();
    var responses = operation.fields().path("responses");
    assertThat(responses.has(Integer.toString(answer.status()))).as(where).isFalse();
    check(where, followed(responses.path("default")), answer);
  }

  private void check(String where, JsonNode response, Served.Answer answer) {
    assertThat(answer.header("Cache-Control")).as(where).isEqualTo("no-store");
    for (var header : response.path("headers").properties()) {
      check(
          where + " " + header.getKey(),
          followed(header.getValue()),
          answer.header(header.getKey()));
    }
    String type = answer.header("Content-Type").replaceFirst(";.*", "");
    var content = response.path("content");
    if (content.isEmpty()) {
      assertThat(answer.body()).as(where).isEmpty();
      return;
    }
    assertThat(content.has(type)).as(type + " of " + where).isTrue();
    if (type.endsWith("json")) {
      assertThat(faults(content.path(type).path("schema"), answer.body())).as(where).isEmpty();
    }
  }

  private void check(String where, JsonNode header, String value) {
    assertThat(!value.isEmpty() || !header.path("required").asBoolean()).as(where).isTrue();
    if (!value.isEmpty()) {
      boolean whole = header.at("/schema/type").asText().equals("integer");
      String json = whole ? value : JSON.valueToTree(value).toString();
      assertThat(faults(header.path("schema"), json)).as(where).isEmpty();
    }
  }

  /** Why a body isn't one that an operation takes. */
  List<String> bodyFaults(Operation operation, String body) {
    return faults(
        operation.fields().path("requestBody").at("/content/application~1json/schema"), body);
  }

  /** What is wrong with an instance, by a schema of this document. */
  List<String> faults(JsonNode schema, String instance) {
    assertThat(schema.isObject()).as("a schema for " + instance).isTrue();
    var whole = (ObjectNode) close(schema.deepCopy());
    whole.set("$defs", closed);
    String text = whole.toString().replace("#/components/schemas/", "#/$defs/");
    return compiled
        .computeIfAbsent(text, t -> SCHEMAS.getSchema(t, InputFormat.JSON))
        .validate(
            instance,
            InputFormat.JSON,
            context -> context.executionConfig(c -> c.formatAssertionsEnabled(true)))
        .stream()
        .map(Object::toString)
        .toList();
  }

  /** By its name, for example that of an event's data. */
  List<String> faults(String schema, String instance) {
    return faults(reference("#/components/schemas/" + schema), instance);
  }

  private static ObjectNode reference(String to) {
    return JSON.createObjectNode().put("$ref", to);
  }

  /** Forbids fields without a description wherever some have one. */
  private static JsonNode close(JsonNode node) {
    node.forEach(ApiDescription::close);
    if (node instanceof ObjectNode fields
        && fields.path("properties").isObject()
        && !fields.has("additionalProperties")) {
      fields.put("additionalProperties", false);
    }
    return node;
  }

  /** What a reference leads to. */
  JsonNode followed(JsonNode node) {
    return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
  }
}
