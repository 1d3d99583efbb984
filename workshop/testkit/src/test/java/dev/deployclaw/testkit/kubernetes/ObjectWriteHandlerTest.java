package dev.deployclaw.testkit.kubernetes;

import static dev.deployclaw.testkit.kubernetes.ApiClient.DEPLOYMENTS;
import static dev.deployclaw.testkit.kubernetes.ApiClient.JSON;
import static dev.deployclaw.testkit.kubernetes.ApiClient.MAPS;
import static dev.deployclaw.testkit.kubernetes.ApiClient.MERGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.kubernetes.ApiClient.Said;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a write changes beside what it says: generations, versions, and nothing where it is dry. */
class ObjectWriteHandlerTest {
  private static final String GW = DEPLOYMENTS + "/gw";

  private final ApiServer server = ApiServer.start();
  private final ApiClient client = new ApiClient(server.url(), "");

  @BeforeEach
  void create() throws Exception {
    client.create("/api/v1/namespaces", "{'metadata':{'name':'edge'}}");
    client.create(DEPLOYMENTS, ApiClient.deployment("gw", "by-hand"));
    client.create(MAPS, "{'metadata':{'name':'a'},'data':{'k':'1'}}");
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void annotationsAndSpecRaiseADeploymentsGenerationAndLabelsDoNot() throws Exception {
    var annotated = merged(GW, "{'metadata':{'annotations':{'a':'1'}}}");
    var applied =
        client.apply(
            GW,
            "deployclaw",
            "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'annotations':{'a':'2'}}}");
    var labelled = merged(GW, "{'metadata':{'labels':{'l':'1'}}}");
    var scaled = merged(GW, "{'spec':{'replicas':2}}");

    assertThat(generation(annotated)).isEqualTo(2);
    assertThat(generation(applied)).isEqualTo(3);
    assertThat(generation(labelled)).isEqualTo(3);
    assertThat(generation(scaled)).isEqualTo(4);
    assertThat(client.get(MAPS + "/a").body().at("/metadata/generation").isMissingNode()).isTrue();
  }

  @Test
  void nobodyRaisesAGenerationByHand() throws Exception {
    assertThat(generation(merged(GW, "{'metadata':{'generation':9}}"))).isEqualTo(1);
  }

  @Test
  void aDryRunAnswersAsTheWriteWouldAndKeepsNothing() throws Exception {
    long before = client.get(MAPS).version();

    var created = client.create(MAPS + "?dryRun=All", "{'metadata':{'name':'b'}}");
    var patched = merged(GW + "?dryRun=All", "{'spec':{'replicas':3}}");
    var applied =
        client.apply(
            MAPS + "/a?dryRun=All", "deployclaw", "{'metadata':{'name':'a'},'data':{'k':'2'}}");
    var deleted = client.send("DELETE", MAPS + "/a?dryRun=All", "", "");
    var asked = client.send("DELETE", MAPS + "/a", JSON, "{'dryRun':['All']}");

    assertThat(created.status()).isEqualTo(201);
    assertThat(created.text("/metadata/uid")).isNotEmpty();
    assertThat(patched.text("/spec/replicas")).isEqualTo("3");
    assertThat(generation(patched)).isEqualTo(2);
    assertThat(applied.text("/data/k")).isEqualTo("2");
    assertThat(deleted.status()).isEqualTo(200);
    assertThat(asked.status()).isEqualTo(200);
    assertThat(client.get(MAPS).version()).isEqualTo(before);
    assertThat(client.get(MAPS + "/a").text("/data/k")).isEqualTo("1");
    assertThat(client.get(MAPS + "/b").status()).isEqualTo(404);
    assertThat(client.get(GW).text("/spec/replicas")).isEqualTo("1");
  }

  @Test
  void aDryRunIsRefusedAsTheWriteWouldBe() throws Exception {
    var exists = client.create(MAPS + "?dryRun=All", "{'metadata':{'name':'a'}}");
    var stale = merged(MAPS + "/a?dryRun=All", "{'metadata':{'resourceVersion':'1'}}");
    var conflict =
        client.send(
            "PATCH",
            MAPS + "/a?dryRun=All&fieldManager=flux",
            ApiClient.APPLY,
            "{'metadata':{'name':'a'},'data':{'k':'2'}}");
    var half = merged(MAPS + "/a?dryRun=Some", "{}");

    assertThat(exists.status()).isEqualTo(409);
    assertThat(stale.status()).isEqualTo(409);
    assertThat(conflict.status()).isEqualTo(409);
    assertThat(half.status()).isEqualTo(422);
    assertThat(half.message()).contains("supported values: \"All\"");
  }

  @Test
  void aWriteThatChangesNothingIsNone() throws Exception {
    long before = client.get(MAPS).version();

    merged(MAPS + "/a", "{'data':{'k':'1'}}");
    merged(GW, "{'spec':{'replicas':1}}");

    assertThat(client.get(MAPS).version()).isEqualTo(before);
  }

  private Said merged(String path, String patch) throws Exception {
    return client.send("PATCH", path, MERGE, patch);
  }

  private static int generation(Said said) {
    return said.body().at("/metadata/generation").asInt();
  }
}
