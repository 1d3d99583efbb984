package dev.deployclaw.lab.campaign.estate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts the agent beside the first gateway, as {@code container/kubernetes/gateways.yaml} does: a
 * container that serves, whose state folder is an {@code emptyDir}, and whose keys are those of a
 * Secret that all agents share.
 */
public final class AgentPodSetup {
  private static final String MANAGER = "kubectl-edit";
  private static final String KEYS = "deployclaw-keys";
  private static final String PROBE_KEY = "probe.key";
  private static final String STATE = "/var/lib/deployclaw";

  /** Half a minute by default; what isn't done within it is broken off where it stands. */
  private static final String STOP_WITHIN = "1s";

  private static final String CONTAINER =
      """
      {
        "name": "agent", "image": "deployclaw/agent:lab", "command": ["deployclaw", "serve"],
        "env": [{"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
        "volumeMounts": [
          {"name": "agent-state", "mountPath": "%1$s"},
          {"name": "agent-keys", "mountPath": "%1$s/%2$s", "subPath": "%2$s", "readOnly": true}
        ]
      }
      """
          .formatted(STATE, PROBE_KEY);

  private AgentPodSetup() {}

  /** Returns when it serves. */
  public static AgentPod of(TrialEstate site) throws IOException {
    var gateway = site.config().kubernetes().orElseThrow().gateways().getFirst();
    var deployment = new AgentPod.Deployment(gateway.gateway().namespace(), gateway.deployment());
    var cluster = LocalCluster.adopt(site.lab().folder());
    keys(site, cluster, deployment.namespace());
    var before = cluster.get(deployment.path());
    var patch = ApiServer.JSON.createObjectNode();
    ObjectNode spec = patch.putObject("spec").putObject("template").putObject("spec");
    spec.set("containers", containers(site, before));
    spec.set("volumes", volumes(before));
    cluster.merge(deployment.path(), MANAGER, patch);
    var pod = new AgentPod(site, cluster, deployment);
    AgentPod.Pod _ = pod.now();
    return pod;
  }

  private static void keys(TrialEstate site, LocalCluster cluster, String namespace)
      throws IOException {
    ObjectNode secret = ApiServer.JSON.createObjectNode();
    secret.putObject("metadata").put("name", KEYS);
    byte[] key = Files.readAllBytes(site.config().stateDir().resolve(PROBE_KEY));
    secret.putObject("data").put(PROBE_KEY, Base64.getEncoder().encodeToString(key));
    cluster.create("/api/v1/namespaces/" + namespace + "/secrets", MANAGER, secret);
  }

  private static ArrayNode containers(TrialEstate site, JsonNode deployment) throws IOException {
    ArrayNode containers = deployment.at("/spec/template/spec/containers").deepCopy();
    var agent = (ObjectNode) ApiServer.JSON.readTree(CONTAINER);
    environment(site)
        .forEach((name, value) ->
            agent.withArray("/env").addObject().put("name", name).put("value", value));
    return containers.add(agent);
  }

  private static ArrayNode volumes(JsonNode deployment) {
    ArrayNode volumes = deployment.at("/spec/template/spec/volumes").deepCopy();
    volumes.addObject().put("name", "agent-state").putObject("emptyDir");
    volumes.addObject().put("name", "agent-keys").putObject("secret").put("secretName", KEYS);
    return volumes;
  }

  private static Map<String, String> environment(TrialEstate site) throws IOException {
    var out = new TreeMap<>(site.agents().environment());
    out.put("DEPLOYCLAW_STATE_DIR", STATE + "/");
    out.put("DEPLOYCLAW_SERVE_LISTEN", "$(POD_IP):" + AgentPod.PORT);
    out.put("DEPLOYCLAW_SERVE_TOKENS_FILE", AgentApiClient.tokens(site.lab().folder()).toString());
    out.put("DEPLOYCLAW_SERVE_STOP_WITHIN", STOP_WITHIN);
    // The path of a pod's volume is too long for a Unix socket.
    out.put("DEPLOYCLAW_HOST_ENABLED", "false");
    site.agents().options().ifPresent(o -> out.put("JDK_JAVA_OPTIONS", o));
    return out;
  }
}
