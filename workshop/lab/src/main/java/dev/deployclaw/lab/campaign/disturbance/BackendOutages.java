package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.lab.campaign.disturbance.TrialRunner.TrialSetting;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.redis.RedisNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Back ends, links and disks that break in the middle of a task. */
final class BackendOutages {
  private static final Duration LONGEST = Duration.ofMinutes(4);
  private static final Duration FAILOVER = Duration.ofMinutes(1);

  /** Within it half of the agents die, too. */
  private static final long SOON_MILLIS = 4_000;

  private static final int MOST_PAGES = 3;

  private BackendOutages() {}

  static DisturbanceResult outage(TrialSetting s) throws IOException, InterruptedException {
    String how = s.random().nextBoolean() ? "kill" : "pause";
    var targets = targets(s);
    return amid(s, how, targets.get(s.random().nextInt(targets.size())));
  }

  static DisturbanceResult link(TrialSetting s) throws IOException, InterruptedException {
    var ways = List.of("cut", "mute", "deafen");
    var targets = targets(s);
    return amid(
        s,
        ways.get(s.random().nextInt(ways.size())),
        targets.get(s.random().nextInt(targets.size())));
  }

  static DisturbanceResult fullDisk(TrialSetting s) throws IOException, InterruptedException {
    int pages = s.random().nextInt(MOST_PAGES);
    var attempt = stopped(s);
    if (attempt.reached()) {
      s.site().disk().leavePages(pages);
      attempt.go();
    }
    return new DisturbanceResult("full disk", endsOrDies(attempt, s), true);
  }

  /** The primary's acknowledged flip is lost: its replica never heard of it. */
  static DisturbanceResult failover(TrialSetting s) throws IOException, InterruptedException {
    var primaries = s.site().redis().primaries();
    var primary = primaries.get(s.random().nextInt(primaries.size()));
    var point = s.points().first(s.task(), "before", "redis.publish");
    var attempt =
        s.site().agents().stopping(s.site().newFolder("failover"), point, s.site().words(s.task()));
    if (attempt.reached()) {
      var heir = s.site().redis().view().orElseThrow().replicasOf(primary).getFirst();
      var node = s.site().redis().node(primary);
      String before = library(node);
      s.site().inflict("cut", name(primary), name(heir));
      attempt.go();
      BoundedWait.until(
          "the primary took the epoch, or the agent ended",
          FAILOVER,
          () -> !library(node).equals(before) || !attempt.process().isAlive());
      s.site().inflict("kill", name(primary));
      BoundedWait.until(
          "its replica took over", FAILOVER, () -> s.site().redis().replaced(primary));
    }
    return new DisturbanceResult("failover while publishing", endsOrDies(attempt, s), true);
  }

  private static DisturbanceResult amid(TrialSetting s, String how, String target)
      throws IOException, InterruptedException {
    var attempt = stopped(s);
    if (attempt.reached()) {
      s.site().inflict(how, target);
      attempt.go();
    }
    String family = target.replaceFirst("/.*", "");
    return new DisturbanceResult(how + " " + family, endsOrDies(attempt, s), true);
  }

  private static AgentProcess stopped(TrialSetting s) throws IOException, InterruptedException {
    var point = s.points().any(s.task(), s.random());
    var folder = s.site().newFolder("amid");
    return s.site().agents().stopping(folder, point, s.site().words(s.task()));
  }

  /** Returns how many agents were killed. */
  private static int endsOrDies(AgentProcess attempt, TrialSetting s) throws InterruptedException {
    if (s.random().nextBoolean()) {
      boolean ended = attempt.ended(Duration.ofMillis(s.random().nextLong(SOON_MILLIS)));
      return attempt.kill() && !ended ? 1 : 0;
    }
    int _ = attempt.awaitEnd(LONGEST);
    return 0;
  }

  private static List<String> targets(TrialSetting s) {
    var out = new ArrayList<>(List.of("etcd", "etcd", "nats", "s3"));
    s.site().redis().primaries().forEach(p -> out.add(name(p)));
    s.site().config().services().forEach(x -> out.add("services/" + x.namespace()));
    out.add("gateways/" + s.site().config().gateways().getFirst().gateway().name());
    return out;
  }

  private static String library(RedisNode node) {
    try {
      return node.call("FCALL_RO", "dc_status", "0");
    } catch (IllegalStateException | UncheckedIOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static String name(HostPort node) {
    return "redis/node-" + node.port();
  }
}
