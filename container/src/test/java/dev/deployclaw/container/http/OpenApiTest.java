package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.container.config.ServerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API's description against the routes, and against itself. */
class OpenApiTest {
  @TempDir static Path folder;

  @AutoClose private static Served served;
  private static ApiDescription description;

  @BeforeAll
  static void start() throws Exception {
    served = Served.forAgents(folder, ServerConfig.Bounds.DEFAULT);
    description = new ApiDescription(served.get("/v1/openapi.yaml", "").body());
  }

  @Test
  void describesEveryRouteAndNoOther() {
    var described = new TreeSet<String>();
    description.operations().forEach(o -> described.add(o.method() + " " + o.path()));

    assertThat(described)
        .containsExactlyInAnyOrderElementsOf(
            served.api.routes().stream().map(r -> r.method() + " " + r.path()).toList());
  }

  @Test
  void describesTheRoleThatEachRouteNeeds() {
    for (var route : served.api.routes()) {
      var operation =
          description.operations().stream()
              .filter(o -> o.method().equals(route.method()) && o.path().equals(route.path()))
              .findFirst()
              .orElseThrow();

      assertThat(Optional.of(operation.fields().path("x-role").asText()).filter(w -> !w.isEmpty()))
          .as(route.path())
          .isEqualTo(route.needs().map(r -> r.word()));
      boolean open = operation.fields().path("security").isArray();
      assertThat(open).as(route.path()).isEqualTo(route.needs().isEmpty());
    }
  }

  @Test
  void refersOnlyToWhatIsThere() {
    var references = new TreeSet<>(description.document().findValuesAsText("$ref"));

    assertThat(references).isNotEmpty().allMatch(r -> r.startsWith("#/"));
    for (var reference : references) {
      assertThat(description.document().at(reference.substring(1)).isMissingNode())
          .as(reference)
          .isFalse();
    }
  }

  @Test
  void nothingIsDescribedInVain() {
    var references = new TreeSet<>(description.document().findValuesAsText("$ref"));
    for (var part : List.of("schemas", "responses", "parameters")) {
      for (var name : description.document().path("components").path(part).properties()) {
        String own = "#/components/" + part + "/" + name.getKey();
        boolean inText = description.document().toString().contains("(" + name.getKey() + ")");
        assertThat(references.contains(own) || inText).as(own).isTrue();
      }
    }
  }

  @Test
  void everyJsonBodyHasAnExampleThatFitsItsSchema() {
    var bodies = new ArrayList<JsonNode>();
    for (var operation : description.operations()) {
      bodies.add(operation.fields().path("requestBody"));
      for (var response : operation.fields().path("responses")) {
        bodies.add(description.followed(response));
      }
    }

    int examples = 0;
    for (var body : bodies) {
      for (var content : body.path("content").properties()) {
        var example = content.getValue().path("example");
        assertThat(example.isMissingNode() && body.path("content").size() == 1)
            .as(body.toString())
            .isFalse();
        if (content.getKey().endsWith("json") && !example.isMissingNode()) {
          assertThat(description.faults(content.getValue().path("schema"), example.toString()))
              .as(example.toString())
              .isEmpty();
          examples++;
        }
      }
    }
    assertThat(examples).isGreaterThan(description.operations().size());
  }

  @Test
  void everyOperationNamesWhatMayGoWrong() {
    for (var operation : description.operations()) {
      var responses = operation.fields().path("responses");
      assertThat(responses.has("default")).as(operation.id()).isTrue();
      if (operation.fields().has("x-role")) {
        assertThat(responses.has("401") && responses.has("403")).as(operation.id()).isTrue();
        assertThat(responses.has("429") && responses.has("503")).as(operation.id()).isTrue();
      }
      assertThat(operation.fields().path("requestBody").isObject())
          .as(operation.id())
          .isEqualTo(operation.method().equals("POST"));
    }
  }
}
