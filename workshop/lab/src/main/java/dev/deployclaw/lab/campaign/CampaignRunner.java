package dev.deployclaw.lab.campaign;

import dev.deployclaw.core.environment.InterruptibleFunction;
import dev.deployclaw.lab.campaign.disturbance.PodTrialRunner;
import dev.deployclaw.lab.campaign.disturbance.TrialEstate;
import dev.deployclaw.lab.campaign.disturbance.TrialRunner;
import dev.deployclaw.lab.campaign.trial.AgentTask;
import dev.deployclaw.lab.campaign.trial.CampaignTrial;
import dev.deployclaw.lab.campaign.trial.CrashPoints;
import dev.deployclaw.lab.campaign.trial.GatewayPlatform;
import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.lab.campaign.trial.TrialOutcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Trials one after the other on each of some estates, until there were enough, the time is over, or
 * one finds a violation: then its estate stays as it is.
 */
public final class CampaignRunner {
  private final Consumer<String> progress;
  private final TrialAllocator numbers;
  private final AtomicBoolean over = new AtomicBoolean();
  private final CampaignSummary tally;
  private final long until;

  /** What is to be done; kinds are those that may be drawn. */
  public record Order(long seed, int first, int trials, Duration atMost, List<TrialKind> kinds) {
    public Order {
      kinds = List.copyOf(kinds);
    }
  }

  /** Progress is told a line for each trial, from several threads. */
  public CampaignRunner(Order order, Consumer<String> progress, CampaignSummary tally) {
    this.progress = progress;
    this.tally = tally;
    this.numbers = new TrialAllocator(order);
    this.until = System.nanoTime() + order.atMost().toNanos();
  }

  /**
   * Starts estates in the folder, makes all trials on them, and stops those that are whole.
   *
   * @param estates how many; one more where besides other trials there are some that need pods
   */
  public CampaignSummary run(Path folder, int estates) throws IOException, InterruptedException {
    new ParallelEstates(folder, progress).run(grounds(estates), this::whole);
    return tally;
  }

  private List<GatewayPlatform> grounds(int estates) {
    if (!numbers.has(GatewayPlatform.FOLDERS)) {
      return Collections.nCopies(estates, GatewayPlatform.PODS);
    }
    var grounds = new ArrayList<>(Collections.nCopies(estates, GatewayPlatform.FOLDERS));
    if (numbers.has(GatewayPlatform.PODS)) {
      grounds.add(GatewayPlatform.PODS);
    }
    return grounds;
  }

  private boolean whole(TrialEstate site) throws IOException, InterruptedException {
    boolean whole = false;
    try {
      whole = run(site).violations().isEmpty();
      return whole;
    } finally {
      over.compareAndSet(false, !whole);
    }
  }

  /** Makes the trials on an estate that stands already, of those that its ground is for. */
  public CampaignSummary run(TrialEstate site) throws IOException, InterruptedException {
    var trials = trials(site);
    boolean whole = true;
    while (whole && !over.get() && System.nanoTime() < until) {
      var trial = numbers.take(site.ground());
      if (trial.isEmpty()) {
        break;
      }
      var outcome = trials.apply(trial.get());
      tally.add(outcome);
      whole = outcome.wrong().isEmpty();
      progress.accept(outcome.told());
    }
    tally.seen(site.judge().seen());
    return tally;
  }

  /** How a trial goes on an estate of one ground. */
  private static InterruptibleFunction<CampaignTrial, TrialOutcome> trials(TrialEstate site)
      throws IOException, InterruptedException {
    return switch (site.ground()) {
      case FOLDERS -> course(site)::run;
      case PODS -> PodTrialRunner.on(site)::run;
    };
  }

  /** What undisturbed runs call, and how long they take. */
  private static TrialRunner course(TrialEstate site) throws IOException, InterruptedException {
    site.settle();
    Map<AgentTask, List<String>> calls = new EnumMap<>(AgentTask.class);
    var usual = Duration.ZERO;
    for (var task : AgentTask.values()) {
      var dry = site.dry(task);
      calls.put(task, dry.calls());
      usual = dry.took().compareTo(usual) > 0 ? dry.took() : usual;
    }
    return new TrialRunner(site, CrashPoints.of(calls), usual);
  }

  /**
   * Gives the numbers of trials out, each once, to estates of the ground that its kind needs. Which
   * kind a number has doesn't follow from who asks, so that it can be repeated alone. For several
   * threads.
   */
  static final class TrialAllocator {
    private final CampaignRunner.Order order;
    private final Map<GatewayPlatform, AtomicInteger> next = new EnumMap<>(GatewayPlatform.class);

    TrialAllocator(CampaignRunner.Order order) {
      this.order = order;
      for (var ground : GatewayPlatform.values()) {
        next.put(ground, new AtomicInteger(order.first()));
      }
    }

    /** The next trial for a ground; empty when there are no more. */
    Optional<CampaignTrial> take(GatewayPlatform ground) {
      var its = next.get(ground);
      if (its == null || order.kinds().isEmpty()) {
        return Optional.empty();
      }
      for (int number = its.getAndIncrement(); number < end(); number = its.getAndIncrement()) {
        var trial = CampaignTrial.of(order.seed(), number, order.kinds());
        if (trial.kind().ground() == ground) {
          return Optional.of(trial);
        }
      }
      return Optional.empty();
    }

    boolean has(GatewayPlatform ground) {
      return new TrialAllocator(order).take(ground).isPresent();
    }

    private int end() {
      return order.first() + order.trials();
    }
  }
}
