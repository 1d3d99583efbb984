package dev.deployclaw.testkit.kubernetes;

import static dev.deployclaw.testkit.kubernetes.ApiClient.DEPLOYMENTS;
import static dev.deployclaw.testkit.kubernetes.ApiClient.MAPS;
import static dev.deployclaw.testkit.kubernetes.ApiClient.MERGE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.testkit.kubernetes.ApiClient.Said;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who owns which fields, and what follows when one says less than before. */
class ServerSideApplyTest {
  private static final String GW = DEPLOYMENTS + "/gw";
  private static final String VOLUMES = "/spec/template/spec/volumes";
  private static final String OWNED = "/fieldsV1/f:spec/f:template/f:spec/f:volumes";
  private static final String CONF = "k:{\"name\":\"conf\"}";

  private final ApiServer server = ApiServer.start();
  private final ApiClient client = new ApiClient(server.url(), "");

  @BeforeEach
  void create() throws Exception {
    client.create("/api/v1/namespaces", "{'metadata':{'name':'edge'}}");
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void removesWhatItsOnlyOwnerNoLongerApplies() throws Exception {
    created("kubectl-create");
    applied(
        "deployclaw", "{'name':'conf','configMap':{'name':'one'}},{'name':'more','emptyDir':{}}");

    var less = applied("deployclaw", "{'name':'conf','configMap':{'name':'one'}}");

    assertThat(names(less)).containsExactly("conf");
  }

  @Test
  void keepsWhatAnotherAppliesToo() throws Exception {
    created("kubectl-create");
    String two = "{'name':'conf','configMap':{'name':'one'}},{'name':'more','emptyDir':{}}";
    applied("deployclaw", two);
    applied("flux", two);

    var less = applied("deployclaw", "{'name':'conf','configMap':{'name':'one'}}");
    var least = applied("flux", "{'name':'conf','configMap':{'name':'one'}}");

    assertThat(names(less)).containsExactly("conf", "more");
    assertThat(names(least)).containsExactly("conf");
  }

  /** Two gateways of one Deployment that apply one after the other under one name. */
  @Test
  void refusesToDropTheNameOfAMapWhoseVolumeAnotherOwns() throws Exception {
    created("kubectl-create");
    client.send(
        "PATCH",
        GW + "?fieldManager=kubectl-edit",
        MERGE,
        "{'spec':{'template':{'spec':{'volumes':[{'name':'conf','configMap':{'name':'a'}},"
            + "{'name':'more','configMap':{'name':'b'}}]}}}}");
    applied("deployclaw", "{'name':'conf','configMap':{'name':'one'}}");

    var other = applied("deployclaw", "{'name':'more','configMap':{'name':'two'}}");

    assertThat(other.status()).isEqualTo(422);
    assertThat(other.message())
        .isEqualTo(
            "Deployment.apps \"gw\" is invalid: spec.template.spec.volumes[0].configMap.name:"
                + " Required value");
    assertThat(other.text("/details/causes/0/reason")).isEqualTo("FieldValueRequired");
    assertThat(client.get(GW).text(VOLUMES + "/0/configMap/name")).isEqualTo("one");
  }

  /** The remedy that destroys: a GitOps tool, the only owner, drops the source of the volume. */
  @Test
  void aVolumeWhoseSourceHasNoOwnerLeftIsAnEmptyFolder() throws Exception {
    client.apply(GW, "flux", ApiClient.deployment("gw", "by-hand"));

    var less = applied("flux", "{'name':'conf'}");

    assertThat(less.status()).isEqualTo(200);
    assertThat(less.body().at(VOLUMES + "/0").toString())
        .isEqualTo("{\"name\":\"conf\",\"emptyDir\":{}}");
  }

  @Test
  void aSharedSourceOutlivesTheOwnerThatDropsIt() throws Exception {
    client.apply(GW, "flux", ApiClient.deployment("gw", "by-hand"));
    var shared = applied("deployclaw", "{'name':'conf','configMap':{'name':'by-hand'}}");

    var less = applied("flux", "{'name':'conf'}");

    assertThat(owners(shared)).containsExactly("deployclaw", "flux");
    assertThat(owners(less)).containsExactly("deployclaw");
    assertThat(less.text(VOLUMES + "/0/configMap/name")).isEqualTo("by-hand");
  }

  @Test
  void whoAppliesTheSameSharesAndWhoAppliesAnotherTakes() throws Exception {
    var created = created("kubectl-create");
    var same = applied("deployclaw", "{'name':'conf','configMap':{'name':'by-hand'}}");
    var other = applied("flux", "{'name':'conf','configMap':{'name':'two'}}");

    assertThat(owners(created)).containsExactly("kubectl-create");
    assertThat(owners(same)).containsExactly("deployclaw", "kubectl-create");
    assertThat(owners(other)).containsExactly("flux");
  }

  @Test
  void whoUpdatesAFieldOwnsItAlone() throws Exception {
    created("kubectl-create");
    applied("deployclaw", "{'name':'conf','configMap':{'name':'one'}}");

    var edited =
        client.send(
            "PATCH",
            GW + "?fieldManager=kubectl-edit",
            ApiClient.STEPS,
            "[{'op':'replace','path':'/spec/template/spec/volumes/0/configMap/name','value':'x'}]");

    assertThat(owners(edited)).containsExactly("kubectl-edit");
    assertThat(entry(edited, "deployclaw").at(OWNED).path(CONF).has("f:name")).isTrue();
  }

  @Test
  void namesWhoseFieldsItWouldTakeWithoutForce() throws Exception {
    created("kubectl-create");
    String wanted = wanted("{'name':'conf','configMap':{'name':'two'}}");

    var refused = client.send("PATCH", GW + "?fieldManager=deployclaw", ApiClient.APPLY, wanted);

    String field = ".spec.template.spec.volumes[name=\"conf\"].configMap.name";
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.message())
        .isEqualTo(
            "Apply failed with 1 conflict: conflict with \"kubectl-create\" using apps/v1: "
                + field);
    assertThat(refused.text("/details/causes/0/reason")).isEqualTo("FieldManagerConflict");
    assertThat(refused.text("/details/causes/0/field")).isEqualTo(field);
    assertThat(client.get(GW).text(VOLUMES + "/0/configMap/name")).isEqualTo("by-hand");
  }

  @Test
  void mustBeToldWhoApplies() throws Exception {
    var nobody = client.send("PATCH", GW + "?force=true", ApiClient.APPLY, wanted(""));
    var forced = client.send("PATCH", GW + "?force=true", MERGE, "{}");

    assertThat(nobody.status()).isEqualTo(422);
    assertThat(nobody.message())
        .isEqualTo(
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required"
                + " for apply patch");
    assertThat(forced.status()).isEqualTo(422);
  }

  /** As kube-apiserver keeps it for {@code kubectl create}. */
  @Test
  void keepsItsBooksAsTheRealOneDoes() throws Exception {
    var fields = entry(created("kubectl-create"), "kubectl-create");

    assertThat(fields.at(OWNED).toString())
        .isEqualTo(
            ("{'.':{},'k:{\\\"name\\\":\\\"conf\\\"}':{'.':{},'f:configMap':{'.':{},"
                    + "'f:defaultMode':{},'f:name':{}},'f:name':{}}}")
                .replace('\'', '"'));
    assertThat(fields.at("/fieldsV1/f:spec").has(".")).isFalse();
    assertThat(fields.at("/fieldsV1/f:spec/f:selector")).isEmpty();
    assertThat(fields.at("/fieldsV1/f:metadata").has("f:name")).isFalse();
    assertThat(fields.path("apiVersion").asText()).isEqualTo("apps/v1");
  }

  @Test
  void mergesListsByTheirKeys() throws Exception {
    created("kubectl-create");

    var merged =
        client.apply(
            GW,
            "deployclaw",
            "{'apiVersion':'apps/v1','kind':'Deployment','spec':{'template':{'spec':{'containers':["
                + "{'name':'nginx','env':[{'name':'A','value':'1'}],'ports':[{'containerPort':80}],"
                + "'volumeMounts':[{'mountPath':'/etc/nginx','name':'conf','readOnly':true}]}]}}}}");

    var nginx = merged.body().at("/spec/template/spec/containers/0");
    assertThat(nginx.path("image").asText()).isEqualTo("nginx:1.28");
    assertThat(nginx.path("volumeMounts")).hasSize(1);
    assertThat(nginx.at("/volumeMounts/0/readOnly").asBoolean()).isTrue();
    assertThat(entry(merged, "deployclaw").toString())
        .contains("k:{\\\"containerPort\\\":80,\\\"protocol\\\":\\\"TCP\\\"}")
        .contains("k:{\\\"mountPath\\\":\\\"/etc/nginx\\\"}");
  }

  @Test
  void keysOfAMapBelongToWhoWroteThem() throws Exception {
    String path = MAPS + "/a";
    client.apply(
        path, "flux", "{'metadata':{'name':'a','labels':{'x':'1'}},'data':{'k':'1','l':'1'}}");
    client.apply(path, "deployclaw", "{'metadata':{'name':'a'},'data':{'l':'2'}}");

    var less = client.apply(path, "flux", "{'metadata':{'name':'a'},'data':{}}");

    assertThat(less.body().path("data").toString()).isEqualTo("{\"l\":\"2\"}");
    assertThat(less.body().path("metadata").has("labels")).isFalse();
    assertThat(less.text("/metadata/name")).isEqualTo("a");
  }

  @Test
  void whatWasThereBeforeAnybodyAppliedHasAnOwner() throws Exception {
    created("kubectl-create");
    client.send("PATCH", GW, MERGE, "{'metadata':{'managedFields':[{}]}}");

    var applied = applied("deployclaw", "{'name':'conf','configMap':{'name':'two'}}");

    assertThat(owners(applied)).containsExactly("deployclaw");
    assertThat(entry(applied, "before-first-apply").at(OWNED).path(CONF).has("f:name")).isTrue();
  }

  @Test
  void repeatedItIsNoWrite() throws Exception {
    created("kubectl-create");
    var first = applied("deployclaw", "{'name':'conf','configMap':{'name':'two'}}");
    var again = applied("deployclaw", "{'name':'conf','configMap':{'name':'two'}}");

    assertThat(again.body()).isEqualTo(first.body());
    assertThat(again.version()).isEqualTo(client.get(DEPLOYMENTS).version());
  }

  private Said created(String manager) throws Exception {
    String target = DEPLOYMENTS + "?fieldManager=" + manager;
    return client.create(target, ApiClient.deployment("gw", "by-hand"));
  }

  private Said applied(String manager, String volumes) throws Exception {
    return client.apply(GW, manager, wanted(volumes));
  }

  private static String wanted(String volumes) {
    return ("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'gw'},"
            + "'spec':{'selector':{'matchLabels':{'app':'gw'}},"
            + "'template':{'metadata':{'labels':{'app':'gw'}},'spec':{"
            + "'containers':[{'name':'nginx','image':'nginx:1.28'}],'volumes':[%s]}}}}")
        .formatted(volumes);
  }

  private static List<String> names(Said said) {
    return said.body().at(VOLUMES).valueStream().map(v -> v.path("name").asText()).toList();
  }

  /** Of the name of the map that the volume shows. */
  private static List<String> owners(Said said) {
    return said.body()
        .at("/metadata/managedFields")
        .valueStream()
        .filter(e -> e.at(OWNED).path(CONF).at("/f:configMap").has("f:name"))
        .map(e -> e.path("manager").asText())
        .toList();
  }

  private static JsonNode entry(Said said, String manager) {
    Optional<JsonNode> found =
        said.body()
            .at("/metadata/managedFields")
            .valueStream()
            .filter(e -> e.path("manager").asText().equals(manager))
            .findFirst();
    return found.orElseThrow();
  }
}
