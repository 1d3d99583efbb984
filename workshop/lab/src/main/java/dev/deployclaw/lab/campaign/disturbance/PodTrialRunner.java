package dev.deployclaw.lab.campaign.disturbance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.campaign.trial.CampaignTrial;
import dev.deployclaw.lab.campaign.trial.TrialOutcome;
import dev.deployclaw.lab.campaign.trial.TrialOutcome.Ending;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * The course of a trial in which the agent's own pod goes with the rollout that the agent started:
 * it is asked for a change of every gateway's file, its pod gets SIGTERM and, after a grace,
 * SIGKILL, and the agent of the new pod, which knows nothing but what etcd holds, must end the
 * change. Nobody helps it.
 */
public record PodTrialRunner(TrialEstate site, AgentPod agent, TenantConfigMaps sources) {
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

  /** From hardly any, over less than it needs for an orderly end, to enough for one. */
  private static final List<Duration> GRACES =
      List.of(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(3));

  /** Of so many trials one kills the new pod's agent, too. */
  private static final int DOUBLES = 3;

  /** From its start. */
  private static final int SOON_MILLIS = 5_000;

  private static final Duration REPLACED = Duration.ofMinutes(3);
  private static final Duration ENDED = Duration.ofMinutes(3);

  private static final String ALL = "Orchestrate the rate limit policies of all tenants";

  /**
   * Puts the agent into a pod, and has all policies but one let requests through where nobody
   * decides. Two changes more, so that no way back leads behind that: from there on one word would
   * roll nothing.
   */
  public static PodTrialRunner on(TrialEstate site) throws IOException, InterruptedException {
    var sources = new TenantConfigMaps(LocalCluster.adopt(site.lab().folder()));
    sources.open();
    site.must(site.run("run", ALL));
    for (String word : List.of("allow", "deny")) {
      sources.say(word);
      site.must(site.run("run", ALL));
    }
    return new PodTrialRunner(site, beside(site), sources);
  }

  /** Never throws what a trial brought about: that is an outcome. */
  public TrialOutcome run(CampaignTrial trial) {
    try {
      return replaced(trial, trial.random());
    } catch (IOException | IllegalStateException | UncheckedIOException e) {
      return new TrialOutcome(
          trial, "broken off", 0, Ending.OLD, Optional.empty(), List.of(String.valueOf(e)));
    }
  }

  /** What the agent of a pod was asked for, {@code how} without numbers that differ. */
  private record Asked(AgentPod.Pod pod, AgentApiClient caller, String execution, String how) {
    boolean isOver() {
      return caller.isOver(execution);
    }
  }

  private TrialOutcome replaced(CampaignTrial trial, RandomGenerator random) throws IOException {
    var before = site.judge().committed();
    var asked = ask(random);
    BoundedWait.until(
        "its pod is replaced, or the rollout ends without that",
        REPLACED,
        () -> agent.isGone(asked.pod()) || asked.isOver());
    boolean gone = agent.isGone(asked.pod());
    int kills = gone ? 1 + again(random) : 0;
    long from = System.nanoTime();
    boolean _ = BoundedWait.cameTrue(ENDED, site::rests);
    var took = Duration.ofNanos(System.nanoTime() - from);
    var wrong = site.wrong();
    boolean same = before.digest().equals(site.judge().committed().digest());
    return new TrialOutcome(
        trial,
        gone ? asked.how() : "no rollout",
        kills,
        same ? Ending.OLD : Ending.NEW,
        gone ? Optional.of(took) : Optional.empty(),
        wrong);
  }

  private Asked ask(RandomGenerator random) throws IOException {
    var pod = agent.now();
    var grace = GRACES.get(random.nextInt(GRACES.size()));
    agent.grant(pod, grace);
    var caller = new AgentApiClient("http://" + pod.address() + ":" + AgentPod.PORT);
    boolean back = random.nextBoolean();
    String execution = back ? caller.rollBack() : change(caller);
    String how = "%s, grace %d s".formatted(back ? "rollback" : "change", grace.toSeconds());
    return new Asked(pod, caller, execution, how);
  }

  /** A change of the one word on which every gateway's file depends. */
  private String change(AgentApiClient caller) throws IOException {
    boolean allows = site.judge().onFailure(TenantConfigMaps.TENANT).equals("allow");
    sources.say(allows ? "deny" : "allow");
    return caller.run("apply " + TenantConfigMaps.TENANT + "'s policies");
  }

  /**
   * Kills the new pod's agent while it recovers; its container is started again, with what it has
   * written.
   */
  private int again(RandomGenerator random) throws IOException {
    if (random.nextInt(DOUBLES) > 0) {
      return 0;
    }
    var pod = agent.now();
    var soon = Duration.ofMillis(random.nextInt(SOON_MILLIS));
    boolean _ = BoundedWait.cameTrue(soon, () -> agent.process(pod).isEmpty());
    var process = agent.process(pod);
    process.ifPresent(DaemonProcess::kill);
    return process.isPresent() ? 1 : 0;
  }

  /**
   * Puts the agent beside the first gateway, as {@code container/kubernetes/gateways.yaml} does: a
   * container that serves, whose state folder is an {@code emptyDir}, and whose keys are those of a
   * Secret that all agents share. Returns when it serves.
   */
  private static AgentPod beside(TrialEstate site) throws IOException {
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
