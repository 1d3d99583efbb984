package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.lab.campaign.disturbance.TrialRunner.TrialSetting;
import dev.deployclaw.lab.campaign.trial.CrashPoint;
import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.commons.lang3.function.Failable;

/** SIGKILL to the agent alone. */
final class AgentKills {
  private static final Duration REACH = Duration.ofMinutes(2);

  /** After such a record nothing more is written, so that nothing can be torn. */
  private static final String END = "\"phase\":\"end\"";

  private AgentKills() {}

  static DisturbanceResult atStep(TrialSetting s) throws IOException, InterruptedException {
    var point = s.points().walk(s.trial().seed(), s.trial().turn());
    return at(point, s);
  }

  /** At a random instant between its first call and its usual end. */
  static DisturbanceResult atInstant(TrialSetting s) throws IOException, InterruptedException {
    var attempt = s.site().agents().noting(s.site().newFolder("instant"), s.site().words(s.task()));
    boolean began = attempt.began();
    boolean ended =
        began && attempt.ended(Duration.ofMillis(s.random().nextLong(s.usual().toMillis())));
    boolean alive = attempt.kill();
    return new DisturbanceResult("at an instant", alive && !ended ? 1 : 0, true);
  }

  /** As if the disk had been in the middle of a line. */
  static DisturbanceResult tearing(TrialSetting s) throws IOException, InterruptedException {
    var done = at(s.points().any(s.task(), s.random()), s);
    var newest = newest(s.site().config().stateDir().resolve("executions"));
    var lines = newest.isPresent() ? Files.readAllLines(newest.get()) : List.<String>of();
    if (!lines.isEmpty() && lines.getLast().contains(END)) {
      return new DisturbanceResult("ended before it was torn", done.kills(), false);
    }
    if (newest.isPresent()) {
      String last = lines.isEmpty() ? "{\"action\":" : lines.getLast();
      String torn = last.substring(0, 1 + s.random().nextInt(last.length() - 1));
      Files.writeString(newest.get(), torn, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    }
    return new DisturbanceResult("torn journal", done.kills(), false);
  }

  /** As soon as a gateway's link is moved. */
  static DisturbanceResult byItsRollout(TrialSetting s) throws IOException, InterruptedException {
    var gateways = s.site().config().gateways();
    var link = gateways.get(s.random().nextInt(gateways.size())).folder().resolve("live");
    var before = Files.readSymbolicLink(link);
    var attempt = s.site().agents().noting(s.site().newFolder("rollout"), s.site().words(s.task()));
    BoundedWait.until(
        "a gateway is switched, or the agent ends",
        REACH,
        () -> !attempt.process().isAlive() || !target(link).equals(before));
    return DisturbanceResult.killed("by its rollout", attempt.kill());
  }

  static DisturbanceResult at(CrashPoint point, TrialSetting s)
      throws IOException, InterruptedException {
    var words = s.site().words(point.task());
    var attempt = s.site().agents().stopping(s.site().newFolder("step"), point, words);
    boolean reached = attempt.reached();
    boolean alive = attempt.kill();
    return DisturbanceResult.killed(point.task().word() + " " + point.name(), alive && reached);
  }

  private static Path target(Path link) {
    return Failable.get(() -> Files.readSymbolicLink(link));
  }

  private static Optional<Path> newest(Path executions) throws IOException {
    try (var files = Files.list(executions)) {
      return files
          .filter(f -> f.toString().endsWith(".jsonl"))
          .max(Comparator.comparingLong(f -> f.toFile().lastModified()));
    }
  }
}
