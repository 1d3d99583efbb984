package dev.deployclaw.testkit.kubernetes;

import static dev.deployclaw.testkit.kubernetes.ApiClient.DEPLOYMENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code kubectl rollout undo} takes back a template, and every annotation with it. */
class RolloutUndoTest {
  private static final String GW = DEPLOYMENTS + "/gw";
  private static final String SETS = "/apis/apps/v1/namespaces/edge/replicasets";

  private final ApiServer server = ApiServer.start();
  private final ApiClient client = new ApiClient(server.url(), "");

  @BeforeEach
  void rollOutTwice() throws Exception {
    client.create("/api/v1/namespaces", "{'metadata':{'name':'edge'}}");
    client.create(DEPLOYMENTS, ApiClient.deployment("gw", "first"));
    mark("1");
    kept(1);
    var second = ApiServer.JSON.readTree(ApiClient.deployment("gw", "second").replace('\'', '"'));
    server.edit(
        GW, "test", d -> d.withObject("/spec").set("template", second.at("/spec/template")));
    mark("2");
    kept(2);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void replacesTheTemplateAndTheAnnotationsAndLeavesTheLabels() {
    server.edit(
        GW,
        "test",
        d -> {
          d.withObject("/metadata/annotations").put("later", "gone");
          d.withObject("/metadata/labels").put("fence", "2");
        });
    long generation = now().at("/metadata/generation").asLong();

    assertThat(RolloutUndo.undo(server, GW).status()).isEqualTo(200);

    assertThat(now().at("/spec/template/spec/volumes/0/configMap/name").asText())
        .isEqualTo("first");
    assertThat(now().at("/spec/template/metadata/labels").has("pod-template-hash")).isFalse();
    var annotations = now().at("/metadata/annotations");
    assertThat(annotations.path("mark").asText()).isEqualTo("1");
    assertThat(annotations.has("later")).isFalse();
    assertThat(annotations.path("deployment.kubernetes.io/revision").asText()).isEqualTo("2");
    assertThat(now().at("/metadata/labels/fence").asText()).isEqualTo("2");
    assertThat(now().at("/metadata/generation").asLong()).isEqualTo(generation + 1);
  }

  @Test
  void refusesWhatKubectlRefuses() {
    server.remove(SETS + "/gw-1");
    assertThatThrownBy(() -> RolloutUndo.undo(server, GW))
        .hasMessageContaining("no rollout history");

    server.edit(GW, "test", d -> d.withObject("/spec").put("paused", true));
    assertThatThrownBy(() -> RolloutUndo.undo(server, GW)).hasMessageContaining("paused");
  }

  private ObjectNode now() {
    return server.object(GW).orElseThrow();
  }

  private void mark(String value) {
    server.edit(
        GW,
        "test",
        d ->
            d.withObject("/metadata/annotations")
                .put("mark", value)
                .put("deployment.kubernetes.io/revision", value));
  }

  /** As the Deployment controller keeps a template, and the annotations of its time. */
  private void kept(int revision) {
    ObjectNode set = ApiServer.JSON.createObjectNode();
    ObjectNode metadata = set.putObject("metadata").put("name", "gw-" + revision);
    metadata.put("namespace", "edge");
    metadata.set("annotations", now().at("/metadata/annotations").deepCopy());
    metadata.putArray("ownerReferences").addObject().set("uid", now().at("/metadata/uid"));
    ObjectNode template = (ObjectNode) now().at("/spec/template").deepCopy();
    template.withObject("/metadata/labels").put("pod-template-hash", "h" + revision);
    set.putObject("spec").set("template", template);
    server.put(SETS + "/gw-" + revision, "kube-controller-manager", set);
  }
}
