package dev.deployclaw.testkit.kubernetes;

import static dev.deployclaw.testkit.kubernetes.ApiClient.DEPLOYMENTS;
import static dev.deployclaw.testkit.kubernetes.ApiClient.MAPS;
import static dev.deployclaw.testkit.kubernetes.ApiClient.MERGE;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused as the real one refuses it, and what is filled in. */
class ObjectRulesTest {
  private static final String GW = DEPLOYMENTS + "/gw";

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          'app':'gw'}}                | 'app':'x'}}      | template.metadata.labels: Invalid value: {"app":"gw"}: `selector` does not match
          'selector':{'matchLabels':{'app':'gw'}}, | ''   | spec.selector: Required value
          'image':'nginx:1.28',       | ''               | spec.template.spec.containers[0].image: Required value
          'name':'nginx',             | ''               | spec.template.spec.containers[0].name: Required value
          'name':'nginx'              | 'name':'Nginx'   | spec.template.spec.containers[0].name: Invalid value: "Nginx": a lowercase RFC 1123 label
          {'name':'conf','mountPath'  | {'name':'other','mountPath' | spec.template.spec.containers[0].volumeMounts[0].name: Not found: "other"
          {'name':'by-hand'}          | {'optional':true} | spec.template.spec.volumes[0].configMap.name: Required value
          'metadata':{'name':'gw'}    | 'metadata':{'name':'G_W'} | metadata.name: Invalid value: "G_W": a lowercase RFC 1123 subdomain
          'metadata':{'name':'gw'}    | 'metadata':{'name':'gw','labels':{'a':'b c'}} | metadata.labels: Invalid value: "b c": a valid label
          'metadata':{'name':'gw'}    | 'metadata':{'name':'gw','annotations':{'a b':''}} | metadata.annotations: Invalid value: "a b": name part
          'spec':{'selector'          | 'spec':{'replicas':-1,'selector' | spec.replicas: Invalid value: -1
          """)
  void refusesADeploymentThatTheRealOneRefuses(String text, String other, String said)
      throws Exception {
    String object = ApiClient.deployment("gw", "by-hand");
    assertThat(object).contains(text);

    var refused = client.create(DEPLOYMENTS, object.replaceFirst(quoted(text), quote(other)));

    assertThat(refused.status()).as(refused.message()).isEqualTo(422);
    assertThat(refused.message()).contains(said);
    assertThat(refused.body().at("/details/causes")).isNotEmpty();
  }

  private static String quoted(String text) {
    return Pattern.quote(text);
  }

  private static String quote(String other) {
    return Matcher.quoteReplacement(other.equals("''") ? "" : other);
  }

  @Test
  void refusesTwoOfOneName() throws Exception {
    UnaryOperator<String> twice =
        text -> text.replace("'volumes':[", "'volumes':[{'name':'conf','emptyDir':{}},");

    var refused = client.create(DEPLOYMENTS, twice.apply(ApiClient.deployment("gw", "by-hand")));

    assertThat(refused.message())
        .isEqualTo(
            "Deployment.apps \"gw\" is invalid: spec.template.spec.volumes[1].name: Duplicate"
                + " value: \"conf\"");
  }

  @Test
  void aSelectorStays() throws Exception {
    client.create(DEPLOYMENTS, ApiClient.deployment("gw", "by-hand"));

    var refused =
        client.send(
            "PATCH",
            GW,
            MERGE,
            "{'spec':{'selector':{'matchLabels':{'l':'1'}},"
                + "'template':{'metadata':{'labels':{'l':'1'}}}}}");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.message()).endsWith("field is immutable");
  }

  @Test
  void refusesKeysThatNoFileCanHave() throws Exception {
    var space = client.create(MAPS, "{'metadata':{'name':'a'},'data':{'a b':''}}");
    var up = client.create(MAPS, "{'metadata':{'name':'a'},'data':{'..':''}}");
    var number = client.create(MAPS, "{'metadata':{'name':'a'},'data':{'k':1}}");

    assertThat(space.message())
        .startsWith(
            "ConfigMap \"a\" is invalid: data[a b]: Invalid value: \"a b\": a valid config");
    assertThat(up.status()).isEqualTo(422);
    assertThat(number.status()).isEqualTo(400);
    assertThat(number.message()).contains("cannot unmarshal number");
  }

  @Test
  void makesNothingInANamespaceThatIsNotThere() throws Exception {
    var refused = client.create("/api/v1/namespaces/none/configmaps", "{'metadata':{'name':'a'}}");

    assertThat(refused.status()).isEqualTo(404);
    assertThat(refused.message()).isEqualTo("namespaces \"none\" not found");
  }

  @Test
  void servesNoKindThatItDoesNotKnow() throws Exception {
    var refused = client.get("/apis/example.com/v1/namespaces/edge/widgets");

    assertThat(refused.status()).isEqualTo(404);
    assertThat(refused.message()).isEqualTo("the server could not find the requested resource");
  }

  @Test
  void aVersionOfTheFutureIsATimeout() throws Exception {
    long now = client.get(MAPS).version();
    String future = "?resourceVersionMatch=NotOlderThan&resourceVersion=" + (now + 5);

    var refused = client.get(MAPS + future);
    var present = client.get(MAPS + future.replace("" + (now + 5), "" + now));

    assertThat(refused.status()).isEqualTo(504);
    assertThat(refused.text("/reason")).isEqualTo("Timeout");
    assertThat(refused.message())
        .isEqualTo("Timeout: Too large resource version: %d, current: %d".formatted(now + 5, now));
    assertThat(refused.text("/details/retryAfterSeconds")).isEqualTo("1");
    assertThat(refused.text("/details/causes/0/reason")).isEqualTo("ResourceVersionTooLarge");
    assertThat(present.status()).isEqualTo(200);
  }

  @Test
  void fillsInWhatIsLeftOpen() throws Exception {
    var created = client.create(DEPLOYMENTS, ApiClient.deployment("gw", "by-hand"));

    assertThat(created.text("/spec/replicas")).isEqualTo("1");
    assertThat(created.text("/spec/strategy/rollingUpdate/maxSurge")).isEqualTo("25%");
    assertThat(created.text("/spec/revisionHistoryLimit")).isEqualTo("10");
    assertThat(created.text("/spec/progressDeadlineSeconds")).isEqualTo("600");
    assertThat(created.text("/spec/template/spec/terminationGracePeriodSeconds")).isEqualTo("30");
    assertThat(created.text("/spec/template/spec/containers/0/imagePullPolicy"))
        .isEqualTo("IfNotPresent");
    assertThat(created.text("/spec/template/spec/volumes/0/configMap/defaultMode"))
        .isEqualTo("420");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          app=gw                      | a b
          app==gw,tier!=front         | a
          app in (gw,other)           | a b c
          app notin (gw)              | c d
          tier                        | b
          !tier,app                   | a c
          """)
  void selectsByLabels(String selector, String names) throws Exception {
    client.create(MAPS, "{'metadata':{'name':'a','labels':{'app':'gw'}}}");
    client.create(MAPS, "{'metadata':{'name':'b','labels':{'app':'gw','tier':'front'}}}");
    client.create(MAPS, "{'metadata':{'name':'c','labels':{'app':'other'}}}");
    client.create(MAPS, "{'metadata':{'name':'d'}}");

    var listed = client.get(MAPS + "?labelSelector=" + encoded(selector));
    var one = client.get(MAPS + "?fieldSelector=metadata.name%3Dc");

    assertThat(listed.body().path("items"))
        .extracting(o -> o.at("/metadata/name").asText())
        .containsExactly(names.split(" "));
    assertThat(one.body().path("items")).hasSize(1);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void aPatchOfStepsIsAppliedWholeOrNotAtAll() throws Exception {
    client.create(MAPS, "{'metadata':{'name':'a','finalizers':['x/1']},'data':{'k':'1','l':'2'}}");

    var steps =
        patched(
            "[{'op':'test','path':'/data/k','value':'1'},{'op':'remove','path':'/data/l'},"
                + "{'op':'add','path':'/metadata/finalizers/-','value':'x/3'},"
                + "{'op':'add','path':'/metadata/finalizers/1','value':'x/2'}]");
    var failed =
        patched(
            "[{'op':'add','path':'/data/m','value':'3'},"
                + "{'op':'test','path':'/data/k','value':'2'}]");
    var missing = patched("[{'op':'remove','path':'/data/none'}]");

    assertThat(steps.body().path("data").toString()).isEqualTo("{\"k\":\"1\"}");
    assertThat(steps.body().at("/metadata/finalizers").toString())
        .isEqualTo("[\"x/1\",\"x/2\",\"x/3\"]");
    assertThat(failed.status()).isEqualTo(422);
    assertThat(failed.text("/reason")).isEqualTo("Invalid");
    assertThat(failed.message())
        .isEqualTo("the server rejected our request due to an error in our request");
    assertThat(missing.status()).isEqualTo(422);
    assertThat(client.get(MAPS + "/a").body().path("data").has("m")).isFalse();
  }

  private ApiClient.Said patched(String steps) throws Exception {
    return client.send("PATCH", MAPS + "/a", ApiClient.STEPS, steps);
  }
}
