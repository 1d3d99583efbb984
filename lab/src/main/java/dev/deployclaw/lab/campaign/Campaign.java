package dev.deployclaw.lab.campaign;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Trials one after the other on each of some estates, until there were enough, the time is over, or
 * one finds a violation: then its estate stays as it is.
 */
public final class Campaign {
  private static final int FIRST_RUNS = 2;

  private final Order order;
  private final Consumer<String> progress;
  private final AtomicInteger next;
  private final AtomicBoolean over = new AtomicBoolean();
  private final Tally tally = new Tally();
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
   */
  public Campaign(Order order, Consumer<String> progress) {
    this.order = order;
    this.progress = progress;
    this.next = new AtomicInteger(order.first());
    this.until = System.nanoTime() + order.atMost().toNanos();
  }

  /** Starts estates in the folder, makes all trials on them, and stops those that are whole. */
  public Tally run(Path folder, int estates) throws IOException, InterruptedException {
    try (var lanes = Executors.newFixedThreadPool(estates)) {
      var running = new ArrayList<Future<Tally>>();
      for (int i = 1; i <= estates; i++) {
        var own = folder.resolve("estate-" + i);
        running.add(lanes.submit((Callable<Tally>) () -> lane(own)));
      }
      for (var lane : running) {
        Tally _ = done(lane);
      }
    }
    return tally;
  }

  /** Makes the trials on an estate that stands already. */
  public Tally run(Site site) throws IOException, InterruptedException {
    var course = course(site);
    var kinds = possible(site);
    boolean whole = true;
    while (whole && !over.get() && System.nanoTime() < until) {
      int number = next.getAndIncrement();
      if (number >= order.first() + order.trials()) {
        break;
      }
      var outcome = course.run(Trial.of(order.seed(), number, kinds));
      tally.add(outcome);
      whole = outcome.wrong().isEmpty();
      progress.accept(told(outcome));
    }
    tally.seen(site.judge().seen());
    over.compareAndSet(false, !whole);
    return tally;
  }

  private Tally lane(Path folder) throws IOException, InterruptedException {
    Site site = Site.start(folder);
    boolean whole = false;
    try {
      whole = run(site).violations().isEmpty();
      return tally;
    } finally {
      if (whole) {
        site.close();
      } else {
        over.set(true);
        progress.accept("stays for a look: " + folder + "; end it with: ./campaign --clean");
      }
    }
  }

  /** What undisturbed runs call, and how long they take. The first finds less to do than others. */
  private static Course course(Site site) throws IOException, InterruptedException {
    for (int i = 0; i < FIRST_RUNS; i++) {
      Site.Dry _ = site.dry(Task.CHANGE);
    }
    Map<Task, List<String>> calls = new EnumMap<>(Task.class);
    var usual = Duration.ZERO;
    for (var task : Task.values()) {
      var dry = site.dry(task);
      calls.put(task, dry.calls());
      usual = dry.took().compareTo(usual) > 0 ? dry.took() : usual;
    }
    return new Course(site, Points.of(calls), usual);
  }

  private List<Kind> possible(Site site) {
    return order.kinds().stream()
        .filter(kind -> {
          var obstacle = Rights.obstacle(kind, site);
          obstacle.ifPresent(why -> progress.accept("without " + kind.word() + ": " + why));
          return obstacle.isEmpty();
        })
        .toList();
  }

  private static String told(Outcome o) {
    return "%s: %s, %d kills, all %s%s"
        .formatted(
            o.trial(),
            o.where(),
            o.kills(),
            o.ending().name().toLowerCase(Locale.ROOT),
            o.wrong().isEmpty() ? "" : "\n  " + String.join("\n  ", o.wrong()));
  }

  private static Tally done(Future<Tally> lane) throws IOException, InterruptedException {
    try {
      return lane.get();
    } catch (ExecutionException e) {
      throw new IOException("a lane of the campaign failed: " + e.getCause(), e.getCause());
    }
  }
}
