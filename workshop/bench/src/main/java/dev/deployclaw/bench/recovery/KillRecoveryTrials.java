package dev.deployclaw.bench.recovery;

import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.lab.estate.LabEstate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Agents that are killed (SIGKILL) at calls of a change. How long does it take until everybody acts
 * on what is committed, and until nothing is left to be done? What recovers is started at once, as
 * a process of its own, waits until the dead one's lease has run out, and is started again where a
 * back end didn't answer in time. Its floor is the same command where nothing is to be done.
 */
public final class KillRecoveryTrials {
  /** Agents that ended before they came to their point, of all. */
  private static final int MOST_MISSED = 50;

  /** None of the lab's own. */
  private static final int FIRST_LIMIT = 1_001;

  private final LabAgents agents;
  private final EpochObserver acting;
  private final Path folder;
  private final Duration lease;
  private int changes;
  private int folders;

  public KillRecoveryTrials(LabEstate lab, AgentConfig config, Path folder, Duration lease) {
    this.agents = new LabAgents(lab.config(), folder, lease);
    this.acting = new EpochObserver(lab, config);
    this.folder = folder;
    this.lease = lease;
  }

  /**
   * One kill and what followed, in nanoseconds from SIGKILL on.
   *
   * @param committed whether the change was
   * @param allNew until everybody acted on it; empty where nobody was behind
   * @param recovered until what recovered had ended
   * @param tries how many it took
   */
  private record Kill(boolean committed, Optional<Long> allNew, long recovered, int tries) {}

  public RecoveryFigures run(int kills, int idleRuns, long seed)
      throws IOException, InterruptedException {
    int _ = agents.untilDone(Map.of(), "run", "Orchestrate the rate limit policies of all tenants");
    var points = new KillPoints(callsOfAChange(), seed);
    var idle = idle(idleRuns);
    List<Kill> done = new ArrayList<>();
    int missed = 0;
    while (done.size() < kills) {
      Optional<Kill> kill = kill(points.next());
      kill.ifPresent(done::add);
      if (kill.isEmpty() && ++missed > MOST_MISSED) {
        throw new IllegalStateException(missed + " agents ended before they reached their point");
      }
    }
    return recovered(done, missed, idle);
  }

  private RecoveryFigures recovered(List<Kill> done, int missed, TimingSamples idle) {
    var again = done.stream().filter(k -> k.tries() > 1).count();
    var counts = new RecoveryFigures.Counts(done.size(), (int) again, missed);
    var allNew = done.stream().flatMap(k -> k.allNew().stream()).toList();
    return new RecoveryFigures(
        lease, counts, samples(allNew), ended(done, true), ended(done, false), idle);
  }

  private static Optional<TimingSamples> ended(List<Kill> done, boolean committed) {
    return samples(
        done.stream().filter(k -> k.committed() == committed).map(Kill::recovered).toList());
  }

  private static Optional<TimingSamples> samples(List<Long> nanos) {
    return nanos.isEmpty() ? Optional.empty() : Optional.of(new TimingSamples(nanos));
  }

  private List<String> callsOfAChange() throws IOException, InterruptedException {
    var notes = notes();
    int _ = agents.untilDone(Map.of("DEPLOYCLAW_STOP_DIR", notes.toString()), "run", change());
    return Files.readAllLines(notes.resolve("calls"));
  }

  private TimingSamples idle(int runs) throws IOException, InterruptedException {
    List<Long> idle = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      long begin = System.nanoTime();
      int _ = agents.untilDone(Map.of(), "recover");
      idle.add(System.nanoTime() - begin);
    }
    return new TimingSamples(idle);
  }

  /** Empty where the agent ended before its point; nothing of it is left then, either. */
  private Optional<Kill> kill(String at) throws IOException, InterruptedException {
    long before = acting.committed();
    var notes = notes();
    var agent =
        agents.start(
            Map.of("DEPLOYCLAW_STOP_DIR", notes.toString(), "DEPLOYCLAW_STOP_AT", at),
            "run",
            change());
    acting.await(() -> Files.exists(notes.resolve("reached")) || !agent.isAlive());
    if (!agent.isAlive()) {
      int _ = agents.untilDone(Map.of(), "recover");
      return Optional.empty();
    }
    long killed = System.nanoTime();
    agent.destroyForcibly();
    try (ExecutorService watcher = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Optional<Long>> allNew = watcher.submit(allNew(before));
      int tries = agents.untilDone(Map.of(), "recover");
      long recovered = System.nanoTime() - killed;
      boolean committed = acting.committed() != before;
      var seen = allNew.get().map(nanos -> nanos - killed);
      return Optional.of(new Kill(committed, seen, recovered, tries));
    } catch (ExecutionException e) {
      throw new IllegalStateException("the enforced epochs can't be read", e);
    }
  }

  /** When everybody acts on what is committed, where somebody doesn't yet. */
  private Callable<Optional<Long>> allNew(long before) {
    return () -> {
      long committed = acting.committed();
      if (committed == before || acting.allOn(committed)) {
        return Optional.empty();
      }
      acting.awaitAllOn(committed);
      return Optional.of(System.nanoTime());
    };
  }

  /** Another one each time, so that there is always something to change. */
  private String change() {
    return "set umbrella's search limit to %d per minute, burst 50"
        .formatted(FIRST_LIMIT + changes++);
  }

  private Path notes() throws IOException {
    return Files.createDirectories(folder.resolve("calls-" + folders++));
  }
}
