package dev.deployclaw.lab.campaign.trial;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What came of a trial.
 *
 * @param where the disturbance was, without numbers
 * @param kills of agents
 * @param ending by what is committed in the end
 * @param recovery of the agent that recovered it, its start and its wait for the lead included
 * @param wrong all that the judge found
 */
public record TrialOutcome(
    CampaignTrial trial,
    String where,
    int kills,
    Ending ending,
    Optional<Duration> recovery,
    List<String> wrong) {
  public TrialOutcome {
    wrong = List.copyOf(wrong);
  }

  public String told() {
    return "%s: %s, %d kills, all %s%s"
        .formatted(
            trial,
            where,
            kills,
            ending.name().toLowerCase(Locale.ROOT),
            wrong.isEmpty() ? "" : "\n  " + String.join("\n  ", wrong));
  }

  /** All new, or all old. */
  public enum Ending {
    NEW,
    OLD
  }
}
