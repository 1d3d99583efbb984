package dev.deployclaw.lab.campaign;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Trials one after the other on each of some estates, until there were enough, the time is over, or
 * one finds a violation: then its estate stays as it is.
 */
public final class Campaign {
  private final Consumer<String> progress;
  private final Numbers numbers;
  private final AtomicBoolean over = new AtomicBoolean();
  private final Tally tally;
  private final long until;

  /**
   * What is to be done.
   *
   * @param first number of the first trial
   * @param kinds that may be drawn
   */
  public record Order(long seed, int first, int trials, Duration atMost, List<Kind> kinds) {
    public Order {
      kinds = List.copyOf(kinds);
    }
  }

  /**
   * @param progress gets a line for each trial, from several threads
   * @param tally gets what each came to
   */
  public Campaign(Order order, Consumer<String> progress, Tally tally) {
    this.progress = progress;
    this.tally = tally;
    this.numbers = new Numbers(order);
    this.until = System.nanoTime() + order.atMost().toNanos();
  }

  /**
   * Starts estates in the folder, makes all trials on them, and stops those that are whole.
   *
   * @param estates how many; one more where besides other trials there are some that need pods
   */
  public Tally run(Path folder, int estates) throws IOException, InterruptedException {
    new Lanes(folder, progress).run(grounds(estates), this::whole);
    return tally;
  }

  private List<Ground> grounds(int estates) {
    if (!numbers.has(Ground.FOLDERS)) {
      return Collections.nCopies(estates, Ground.PODS);
    }
    var grounds = new ArrayList<>(Collections.nCopies(estates, Ground.FOLDERS));
    if (numbers.has(Ground.PODS)) {
      grounds.add(Ground.PODS);
    }
    return grounds;
  }

  private boolean whole(Site site) throws IOException, InterruptedException {
    boolean whole = false;
    try {
      whole = run(site).violations().isEmpty();
      return whole;
    } finally {
      over.compareAndSet(false, !whole);
    }
  }

  /** How a trial goes on an estate of one ground. */
  @FunctionalInterface
  private interface Trials {
    Outcome run(Trial trial) throws InterruptedException;
  }

  /** Makes the trials on an estate that stands already, of those that its ground is for. */
  public Tally run(Site site) throws IOException, InterruptedException {
    Trials trials = trials(site);
    boolean whole = true;
    while (whole && !over.get() && System.nanoTime() < until) {
      var trial = numbers.take(site.ground());
      if (trial.isEmpty()) {
        break;
      }
      var outcome = trials.run(trial.get());
      tally.add(outcome);
      whole = outcome.wrong().isEmpty();
      progress.accept(outcome.told());
    }
    tally.seen(site.judge().seen());
    return tally;
  }

  private static Trials trials(Site site) throws IOException, InterruptedException {
    return switch (site.ground()) {
      case FOLDERS -> course(site)::run;
      case PODS -> PodCourse.on(site)::run;
    };
  }

  /** What undisturbed runs call, and how long they take. */
  private static Course course(Site site) throws IOException, InterruptedException {
    site.settle();
    Map<Task, List<String>> calls = new EnumMap<>(Task.class);
    var usual = Duration.ZERO;
    for (var task : Task.values()) {
      var dry = site.dry(task);
      calls.put(task, dry.calls());
      usual = dry.took().compareTo(usual) > 0 ? dry.took() : usual;
    }
    return new Course(site, Points.of(calls), usual);
  }
}
