package dev.deployclaw.lab.campaign;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Trials one after the other on each of some estates, until there were enough, the time is over, or
 * one finds a violation: then its estate stays as it is.
 */
public final class Campaign {
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
    new Lanes(folder, progress).run(estates, this::whole);
    return tally;
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
      progress.accept(outcome.told());
    }
    tally.seen(site.judge().seen());
    return tally;
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

  private List<Kind> possible(Site site) {
    return order.kinds().stream()
        .filter(kind -> {
          var obstacle = Rights.obstacle(kind, site);
          obstacle.ifPresent(why -> progress.accept("without " + kind.word() + ": " + why));
          return obstacle.isEmpty();
        })
        .toList();
  }
}
