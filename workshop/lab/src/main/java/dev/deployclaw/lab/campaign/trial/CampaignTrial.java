package dev.deployclaw.lab.campaign.trial;

import dev.deployclaw.testkit.SeededLoop;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One disturbance of one task. Which one follows from the seed and the number alone, so that any
 * trial can be repeated without those before it.
 */
public record CampaignTrial(long seed, int number, TrialKind kind) {
  /** Every second trial is a step; of these the other kinds come by in turn. */
  private static final List<TrialKind> DECK =
      List.of(
          TrialKind.INSTANT,
          TrialKind.PAUSE,
          TrialKind.OUTAGE,
          TrialKind.LINK,
          TrialKind.FAILOVER,
          TrialKind.TORN,
          TrialKind.DISK,
          TrialKind.ROLLOUT,
          TrialKind.LIE,
          TrialKind.OUTAGE,
          TrialKind.POD,
          TrialKind.LINK,
          TrialKind.QUEUE,
          TrialKind.PAUSE,
          TrialKind.MACHINE,
          TrialKind.HOST);

  /** A prime, so that neighbouring numbers of neighbouring seeds have nothing in common. */
  private static final long SPREAD = 1_000_003;

  public static CampaignTrial of(long seed, int number, List<TrialKind> kinds) {
    var others = DECK.stream().filter(kinds::contains).toList();
    boolean step = kinds.contains(TrialKind.STEP) && (number % 2 == 0 || others.isEmpty());
    return new CampaignTrial(
        seed, number, step ? TrialKind.STEP : others.get(turn(number, kinds) % others.size()));
  }

  public int turn() {
    return number / 2;
  }

  private static int turn(int number, List<TrialKind> kinds) {
    return kinds.contains(TrialKind.STEP) ? number / 2 : number;
  }

  public RandomGenerator random() {
    return SeededLoop.random(seed * SPREAD + number);
  }

  @Override
  public String toString() {
    return "trial " + number + " of seed " + seed + ", " + kind.word();
  }
}
