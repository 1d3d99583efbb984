package dev.deployclaw.testkit.kubernetes;

import static dev.deployclaw.testkit.kubernetes.ApiClient.MAPS;
import static dev.deployclaw.testkit.kubernetes.ApiClient.MERGE;
import static dev.deployclaw.testkit.kubernetes.ApiClient.PODS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.kubernetes.ApiClient.Said;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules of the API that no other test asks for. */
class ApiServerTest {
  @TempDir Path folder;

  private ApiServer server;
  private ApiClient client;

  @BeforeEach
  void start() throws Exception {
    server = ApiServer.start(0, folder, "known");
    client = new ApiClient(server.url(), "known");
    for (String namespace : List.of("edge", "core")) {
      create("/api/v1/namespaces", "{'metadata':{'name':'%s'}}".formatted(namespace));
    }
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  @Test
  void letsNobodyInWithoutTheToken() throws Exception {
    try (var stranger = new ApiClient(server.url(), "guessed")) {
      assertThat(stranger.get(MAPS).status()).isEqualTo(401);
    }
  }

  @Test
  void knowsItsObjectsAfterARestartAndGivesNoVersionTwice() throws Exception {
    create(MAPS, "{'metadata':{'name':'a'},'data':{'k':'1'}}");
    create(MAPS, "{'metadata':{'name':'b'}}");
    send("DELETE", MAPS + "/b", "", "");
    long before = client.get(MAPS).version();

    server.close();
    server = ApiServer.start(0, folder, "known");
    client.server(server.url());

    assertThat(send("GET", MAPS + "/a", "", "").body().at("/data/k").asText()).isEqualTo("1");
    assertThat(send("GET", MAPS + "/b", "", "").status()).isEqualTo(404);
    assertThat(client.get(MAPS).version()).isEqualTo(before);
    assertThat(create(MAPS, "{'metadata':{'name':'c'}}").version()).isGreaterThan(before);
  }

  @Test
  void replacesOnlyWhatWasReadLast() throws Exception {
    var first = create(MAPS, "{'metadata':{'name':'a'},'data':{'k':'1'}}").body();
    send("PATCH", MAPS + "/a", MERGE, "{'data':{'k':null,'l':'2'}}");

    var stale = send("PUT", MAPS + "/a", "application/json", first.toString());
    var now = send("GET", MAPS + "/a", "", "").body();
    var fresh = send("PUT", MAPS + "/a", "application/json", now.toString());

    assertThat(stale.status()).isEqualTo(409);
    assertThat(now.path("data").toString()).isEqualTo("{\"l\":\"2\"}");
    assertThat(fresh.status()).isEqualTo(200);
  }

  @Test
  void keepsWhatIsImmutable() throws Exception {
    create(MAPS, "{'metadata':{'name':'a'},'data':{'k':'1'},'immutable':true}");

    var content = send("PATCH", MAPS + "/a", MERGE, "{'data':{'k':'2'}}");
    var mutable = send("PATCH", MAPS + "/a", MERGE, "{'immutable':false}");
    var label = send("PATCH", MAPS + "/a", MERGE, "{'metadata':{'labels':{'l':'x'}}}");

    assertThat(content.status()).isEqualTo(422);
    assertThat(mutable.status()).isEqualTo(422);
    assertThat(label.status()).isEqualTo(200);
    assertThat(send("GET", MAPS + "/a", "", "").body().at("/data/k").asText()).isEqualTo("1");
  }

  @Test
  void refusesAConfigMapOfMoreThanAMebibyte() throws Exception {
    var large =
        create(MAPS, "{'metadata':{'name':'a'},'data':{'k':'%s'}}".formatted("x".repeat(1 << 20)));
    var larger =
        create(
            MAPS,
            "{'metadata':{'name':'b'},'data':{'k':'%s'}}".formatted("x".repeat((1 << 20) + 1)));

    assertThat(large.status()).isEqualTo(201);
    assertThat(larger.status()).isEqualTo(422);
  }

  @Test
  void listsAKindOfAllNamespaces() throws Exception {
    create(MAPS, "{'metadata':{'name':'a'}}");
    create("/api/v1/namespaces/core/configmaps", "{'metadata':{'name':'b'}}");
    create(PODS, pod("c"));

    assertThat(send("GET", "/api/v1/configmaps", "", "").body().path("items"))
        .extracting(
            o -> o.at("/metadata/namespace").asText() + "/" + o.at("/metadata/name").asText())
        .containsExactly("core/b", "edge/a");
  }

  @Test
  void aPodOnANodeEndsByItselfUnlessItIsForced() throws Exception {
    create(PODS, pod("a"));

    send("DELETE", PODS + "/a", "application/json", "");
    var asked = send("GET", PODS + "/a", "", "");
    send("DELETE", PODS + "/a", "application/json", "{'gracePeriodSeconds':0}");

    assertThat(asked.body().path("metadata").has("deletionTimestamp")).isTrue();
    assertThat(send("GET", PODS + "/a", "", "").status()).isEqualTo(404);
  }

  @Test
  void nobodyWritesAStatusByAPlainWrite() throws Exception {
    create(PODS, pod("a").replace("'spec'", "'status':{'phase':'Running'},'spec'"));
    send("PATCH", PODS + "/a", MERGE, "{'status':{'phase':'Running'}}");

    assertThat(send("GET", PODS + "/a", "", "").body().has("status")).isFalse();
  }

  @Test
  void applyCreatesWhatIsNotThereAndRepeatsWithoutAnEffect() throws Exception {
    String wanted = "{'metadata':{'name':'a'},'data':{'k':'1'}}";

    var created = client.apply(MAPS + "/a", "flux", wanted);
    var repeated = client.apply(MAPS + "/a", "flux", wanted);
    var gone = client.apply(MAPS + "/b", "flux", "{'metadata':{'name':'b','uid':'1'}}");

    assertThat(created.status()).isEqualTo(201);
    assertThat(repeated.status()).isEqualTo(200);
    assertThat(repeated.body()).isEqualTo(created.body());
    assertThat(gone.status()).isEqualTo(409);
    assertThat(gone.message()).contains("uid mismatch");
  }

  private static String pod(String name) {
    return ("{'metadata':{'name':'%s'},"
            + "'spec':{'nodeName':'n','containers':[{'name':'c','image':'i'}]}}")
        .formatted(name);
  }

  private Said create(String collection, String object) throws Exception {
    return client.create(collection, object);
  }

  private Said send(String method, String path, String type, String body) throws Exception {
    return client.send(method, path, type, body);
  }
}
