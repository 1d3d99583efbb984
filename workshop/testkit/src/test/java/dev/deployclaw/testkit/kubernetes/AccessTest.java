package dev.deployclaw.testkit.kubernetes;

import static dev.deployclaw.testkit.kubernetes.ApiClient.DEPLOYMENTS;
import static dev.deployclaw.testkit.kubernetes.ApiClient.MAPS;
import static dev.deployclaw.testkit.kubernetes.ApiClient.MERGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.kubernetes.AdmissionHook.Write;
import dev.deployclaw.testkit.kubernetes.ApiClient.Said;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may do what, and what is let in. */
class AccessTest {
  private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/edge";
  private static final String REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  private static final String AGENT = "system:serviceaccount:edge:deployclaw";
  private static final String GW = DEPLOYMENTS + "/gw";

  private final ApiServer server = ApiServer.start();
  private final ApiClient client = new ApiClient(server.url(), "");
  private final ApiClient agent = new ApiClient(server.url(), "of-the-agent");

  @BeforeEach
  void create() throws Exception {
    server.user("of-the-agent", AGENT);
    client.create("/api/v1/namespaces", "{'metadata':{'name':'edge'}}");
    client.create(DEPLOYMENTS, ApiClient.deployment("gw", "by-hand"));
    client.create(DEPLOYMENTS, ApiClient.deployment("other", "by-hand"));
    client.create(
        RBAC + "/rolebindings",
        "{'metadata':{'name':'deployclaw'},'roleRef':{'kind':'Role','name':'deployclaw'},"
            + "'subjects':[{'kind':'ServiceAccount','name':'deployclaw','namespace':'edge'}]}");
  }

  @AfterEach
  void stop() {
    agent.close();
    client.close();
    server.close();
  }

  @Test
  void nothingIsAllowedThatNoRuleAllows() throws Exception {
    var patched = agent.send("PATCH", GW, MERGE, "{}");
    var listed = agent.get(MAPS);
    var everywhere = agent.get("/api/v1/pods");

    assertThat(patched.status()).isEqualTo(403);
    assertThat(patched.text("/reason")).isEqualTo("Forbidden");
    assertThat(patched.message())
        .isEqualTo(
            "deployments.apps \"gw\" is forbidden: User \""
                + AGENT
                + "\" cannot patch resource \"deployments\" in API group \"apps\" in the namespace"
                + " \"edge\"");
    assertThat(listed.message())
        .isEqualTo(
            "configmaps is forbidden: User \""
                + AGENT
                + "\" cannot list resource \"configmaps\" in API group \"\" in the namespace"
                + " \"edge\"");
    assertThat(everywhere.message()).endsWith("in API group \"\" at the cluster scope");
    assertThat(agent.get("/version").status()).isEqualTo(200);
  }

  @Test
  void aRoleAllowsWhatItSaysAndNotMore() throws Exception {
    role(
        "{'apiGroups':['apps'],'resources':['deployments'],'resourceNames':['gw'],'verbs':['get','patch']}");

    assertThat(agent.get(GW).status()).isEqualTo(200);
    assertThat(agent.send("PATCH", GW, MERGE, "{}").status()).isEqualTo(200);
    assertThat(agent.send("PATCH", GW + "/status", MERGE, "{}").status()).isEqualTo(403);
    assertThat(agent.get(DEPLOYMENTS + "/other").status()).isEqualTo(403);
    assertThat(agent.get(DEPLOYMENTS).status()).isEqualTo(403);
    assertThat(agent.send("DELETE", GW, "", "").status()).isEqualTo(403);
  }

  @Test
  void whoAppliesWhatIsNotThereMustBeAllowedToCreateIt() throws Exception {
    role("{'apiGroups':[''],'resources':['configmaps'],'verbs':['patch']}");

    var applied = agent.apply(MAPS + "/a", "deployclaw", "{'metadata':{'name':'a'}}");

    assertThat(applied.status()).isEqualTo(403);
    assertThat(applied.message()).contains("cannot create resource \"configmaps\"");
  }

  @Test
  void reviewsSayWhatRequestsWouldHear() throws Exception {
    role(
        "{'apiGroups':['apps'],'resources':['deployments'],'resourceNames':['gw'],'verbs':['patch']}");

    var allowed = review("'verb':'patch','group':'apps','resource':'deployments','name':'gw'");
    var other = review("'verb':'patch','group':'apps','resource':'deployments','name':'other'");
    var all = review("'verb':'patch','group':'apps','resource':'deployments'");
    var rules =
        agent.create(
            "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
            "{'spec':{'namespace':'edge'}}");

    assertThat(allowed.status()).isEqualTo(201);
    assertThat(allowed.text("/status/allowed")).isEqualTo("true");
    assertThat(allowed.text("/status/reason"))
        .isEqualTo(
            "RBAC: allowed by RoleBinding \"deployclaw/edge\" of Role \"deployclaw\" to"
                + " ServiceAccount \"deployclaw/edge\"");
    assertThat(other.text("/status/allowed")).isEqualTo("false");
    assertThat(all.text("/status/allowed")).isEqualTo("false");
    assertThat(rules.body().at("/status/resourceRules")).hasSize(1);
    assertThat(rules.text("/status/incomplete")).isEqualTo("false");
  }

  @Test
  void admissionSeesTheObjectAsItWouldBeKeptAndRefusesIt() throws Exception {
    var seen = new ArrayList<Write>();
    server.admission(write -> {
      seen.add(write);
      return write.object().at("/spec/replicas").asInt() > 3
          ? Optional.of("ValidatingAdmissionPolicy 'few' denied request: too many")
          : Optional.empty();
    });

    var more = client.send("PATCH", GW + "?dryRun=All", MERGE, "{'spec':{'replicas':4}}");
    var less = client.send("PATCH", GW, MERGE, "{'spec':{'replicas':2}}");

    assertThat(more.status()).isEqualTo(403);
    assertThat(more.message())
        .isEqualTo(
            "deployments.apps \"gw\" is forbidden: ValidatingAdmissionPolicy 'few' denied request:"
                + " too many");
    assertThat(less.status()).isEqualTo(200);
    assertThat(seen).extracting(Write::dry).containsExactly(true, false);
    assertThat(seen.getFirst().object().at("/spec/template/spec/dnsPolicy").asText())
        .isEqualTo("ClusterFirst");
    assertThat(seen.getFirst().old().at("/spec/replicas").asInt()).isEqualTo(1);
  }

  private void role(String rule) throws Exception {
    var created =
        client.create(RBAC + "/roles", "{'metadata':{'name':'deployclaw'},'rules':[" + rule + "]}");
    assertThat(created.status()).isEqualTo(201);
  }

  private Said review(String attributes) throws Exception {
    return agent.create(
        REVIEWS, "{'spec':{'resourceAttributes':{'namespace':'edge'," + attributes + "}}}");
  }
}
