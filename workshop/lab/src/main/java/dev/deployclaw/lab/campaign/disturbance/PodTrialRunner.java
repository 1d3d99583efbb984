package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.lab.campaign.estate.AgentApiClient;
import dev.deployclaw.lab.campaign.estate.AgentPod;
import dev.deployclaw.lab.campaign.estate.AgentPodSetup;
import dev.deployclaw.lab.campaign.estate.TenantConfigMaps;
import dev.deployclaw.lab.campaign.estate.TrialEstate;
import dev.deployclaw.lab.campaign.trial.CampaignTrial;
import dev.deployclaw.lab.campaign.trial.TrialOutcome;
import dev.deployclaw.lab.campaign.trial.TrialOutcome.Ending;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The course of a trial in which the agent's own pod goes with the rollout that the agent started:
 * it is asked for a change of every gateway's file, its pod gets SIGTERM and, after a grace,
 * SIGKILL, and the agent of the new pod, which knows nothing but what etcd holds, must end the
 * change. Nobody helps it.
 */
public record PodTrialRunner(TrialEstate site, AgentPod agent, TenantConfigMaps sources) {
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
    return new PodTrialRunner(site, AgentPodSetup.of(site), sources);
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
    boolean _ = BoundedWait.cameTrue(ENDED, this::rests);
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

  private boolean rests() {
    try {
      return site.judge().open().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }
}
