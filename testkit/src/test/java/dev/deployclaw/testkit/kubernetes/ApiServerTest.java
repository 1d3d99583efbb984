package dev.deployclaw.testkit.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules of the API that no other test asks for. */
class ApiServerTest {
  private static final String MAPS = "/api/v1/namespaces/edge/configmaps";
  private static final String PODS = "/api/v1/namespaces/edge/pods";
  private static final String MERGE = "application/merge-patch+json";
  private static final String APPLY = "application/apply-patch+yaml";

  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private ApiServer server;
  private String token = "known";

  private record Said(int status, JsonNode body) {}

  @BeforeEach
  void start() {
    server = ApiServer.start(0, folder, "known");
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  @Test
  void letsNobodyInWithoutTheToken() throws Exception {
    token = "guessed";

    assertThat(send("GET", MAPS, "", "").status()).isEqualTo(401);
  }

  @Test
  void knowsItsObjectsAfterARestartAndGivesNoVersionTwice() throws Exception {
    create(MAPS, "{'metadata':{'name':'a'},'data':{'k':'1'}}");
    create(MAPS, "{'metadata':{'name':'b'}}");
    send("DELETE", MAPS + "/b", "", "");
    long before = version(send("GET", MAPS, "", ""));

    server.close();
    server = ApiServer.start(0, folder, "known");

    assertThat(send("GET", MAPS + "/a", "", "").body().at("/data/k").asText()).isEqualTo("1");
    assertThat(send("GET", MAPS + "/b", "", "").status()).isEqualTo(404);
    assertThat(version(send("GET", MAPS, "", ""))).isEqualTo(before);
    assertThat(version(create(MAPS, "{'metadata':{'name':'c'}}"))).isGreaterThan(before);
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
    create(PODS, "{'metadata':{'name':'c'}}");

    assertThat(send("GET", "/api/v1/configmaps", "", "").body().path("items"))
        .extracting(
            o -> o.at("/metadata/namespace").asText() + "/" + o.at("/metadata/name").asText())
        .containsExactly("edge/a", "core/b");
  }

  @Test
  void aPodOnANodeEndsByItselfUnlessItIsForced() throws Exception {
    create(PODS, "{'metadata':{'name':'a'},'spec':{'nodeName':'n'}}");

    send("DELETE", PODS + "/a", "application/json", "");
    var asked = send("GET", PODS + "/a", "", "");
    send("DELETE", PODS + "/a", "application/json", "{'gracePeriodSeconds':0}");

    assertThat(asked.body().path("metadata").has("deletionTimestamp")).isTrue();
    assertThat(send("GET", PODS + "/a", "", "").status()).isEqualTo(404);
  }

  @Test
  void nobodyWritesAStatusByAPlainWrite() throws Exception {
    create(PODS, "{'metadata':{'name':'a'},'status':{'phase':'Running'}}");
    send("PATCH", PODS + "/a", MERGE, "{'status':{'phase':'Running'}}");

    assertThat(send("GET", PODS + "/a", "", "").body().has("status")).isFalse();
  }

  @Test
  void applyCreatesWhatIsNotThereAndRepeatsWithoutAnEffect() throws Exception {
    String wanted = "{'metadata':{'name':'a'},'spec':{'verbs':['get','list']}}";

    var created = send("PATCH", PODS + "/a", APPLY, wanted);
    var repeated = send("PATCH", PODS + "/a", APPLY, wanted);
    var gone = send("PATCH", PODS + "/b", APPLY, "{'metadata':{'name':'b','uid':'1'}}");

    assertThat(created.status()).isEqualTo(201);
    assertThat(repeated.status()).isEqualTo(200);
    assertThat(repeated.body().path("spec")).isEqualTo(created.body().path("spec"));
    assertThat(repeated.body().at("/metadata/generation").asInt()).isEqualTo(1);
    assertThat(gone.status()).isEqualTo(404);
  }

  private static long version(Said said) {
    return said.body().at("/metadata/resourceVersion").asLong();
  }

  private Said create(String collection, String singleQuoted) throws Exception {
    return send("POST", collection, "application/json", singleQuoted);
  }

  private Said send(String method, String path, String type, String singleQuoted)
      throws IOException, InterruptedException {
    String body = singleQuoted.startsWith("{'") ? singleQuoted.replace('\'', '"') : singleQuoted;
    var request =
        HttpRequest.newBuilder(server.url().resolve(path))
            .header("Authorization", "Bearer " + token)
            .method(method, BodyPublishers.ofString(body));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    var answer = client.send(request.build(), BodyHandlers.ofString());
    return new Said(answer.statusCode(), ApiServer.JSON.readTree(answer.body()));
  }
}
