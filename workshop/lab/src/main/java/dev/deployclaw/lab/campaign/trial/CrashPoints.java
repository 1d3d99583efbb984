package dev.deployclaw.lab.campaign.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** All points of all tasks, as runs without a disturbance came by them. */
public record CrashPoints(List<CrashPoint> all) {
  /** A stride that shares no factor with most numbers: neighbours in time are far apart. */
  private static final int STRIDE = 61;

  private static final int OTHER_STRIDE = 59;

  /** The first transactions, since what recovers makes few. */
  private static final String RECOVERING = "etcd\\.transact#[1-4]|.*\\.(publish|converge|probe)#.*";

  /** What no agent calls before it is asked for something. */
  private static final String OF_TASKS = ".*\\.(stage|prepare|publish|converge|probe|discard)#.*";

  private static final String STEP = ".*\\.(stage|prepare|publish|converge|discard)";

  public CrashPoints {
    all = List.copyOf(all);
  }

  /** Of the calls of each task, in their order. */
  public static CrashPoints of(Map<AgentTask, List<String>> calls) {
    var all = new ArrayList<CrashPoint>();
    calls.forEach((task, names) -> {
      for (String call : names) {
        all.add(new CrashPoint(task, "before", call));
        all.add(new CrashPoint(task, "after", call));
      }
    });
    return new CrashPoints(all);
  }

  /** The i-th of a walk that comes by all of them before it comes by one again. */
  public CrashPoint walk(long start, int i) {
    int stride = all.size() % STRIDE == 0 ? OTHER_STRIDE : STRIDE;
    return all.get(Math.floorMod(start + (long) i * stride, all.size()));
  }

  public CrashPoint any(AgentTask task, RandomGenerator random) {
    var its = all.stream().filter(p -> p.task() == task).toList();
    return its.get(random.nextInt(its.size()));
  }

  /** One that a serving agent comes by for a task alone. */
  public CrashPoint ofTask(AgentTask task, RandomGenerator random) {
    var its = all.stream().filter(p -> p.task() == task && p.call().matches(OF_TASKS)).toList();
    return its.get(random.nextInt(its.size()));
  }

  /** What a task asks participants for, by its name without a number. */
  public String step(AgentTask task, RandomGenerator random) {
    var its =
        all.stream()
            .filter(p -> p.task() == task && p.name().matches(STEP))
            .map(CrashPoint::name)
            .distinct()
            .sorted()
            .toList();
    return its.get(random.nextInt(its.size()));
  }

  /** One that what recovers comes by: all that follows a commit, or what undoes a stage. */
  public CrashPoint recovering(AgentTask task, RandomGenerator random) {
    var its =
        all.stream()
            .filter(p -> p.task() == task && p.call().matches(RECOVERING))
            .flatMap(p ->
                Stream.of(
                    p, new CrashPoint(task, p.moment(), p.call().replace("publish", "discard"))))
            .distinct()
            .toList();
    return its.get(random.nextInt(its.size()));
  }

  public CrashPoint first(AgentTask task, String moment, String name) {
    return all.stream()
        .filter(p -> p.task() == task && p.moment().equals(moment) && p.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no " + task.word() + " calls " + name));
  }
}
