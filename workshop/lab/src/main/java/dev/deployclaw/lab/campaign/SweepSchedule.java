package dev.deployclaw.lab.campaign;

import dev.deployclaw.lab.campaign.trial.AgentTask;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** Tasks that lanes walk by, each once. For several threads. */
final class SweepSchedule {
  private final Queue<AgentTask> left;
  private final Queue<CrashPointSweep> walked = new ConcurrentLinkedQueue<>();

  SweepSchedule(Collection<AgentTask> tasks) {
    this.left = new ConcurrentLinkedQueue<>(tasks);
  }

  /** Walks by one task. */
  @FunctionalInterface
  interface Walker {
    CrashPointSweep by(AgentTask task) throws IOException, InterruptedException;
  }

  /**
   * Walks by one task after the other, until none is left or one has a violation. Says whether none
   * had.
   */
  boolean lane(Walker walker) throws IOException, InterruptedException {
    boolean whole = true;
    while (whole) {
      var task = left.poll();
      if (task == null) {
        break;
      }
      var walk = walker.by(task);
      walked.add(walk);
      whole = walk.violations().isEmpty();
    }
    return whole;
  }

  List<String> lines() {
    return walked.stream().map(CrashPointSweep::line).toList();
  }

  /** What was violated; a task that nobody came to is a violation, too. */
  List<String> violations() {
    return Stream.concat(
            walked.stream().flatMap(walk -> walk.violations().stream()),
            left.stream().map(task -> task.word() + ": no task reached it"))
        .toList();
  }
}
