package dev.deployclaw.policy.decision;

import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.text.Utf8Buffer;

/**
 * The numbers of one limit, apart from what it matches.
 *
 * @param windowMicros microseconds; of a concurrency limit, how long a lease lasts
 * @param cost what one request takes
 */
public record LimitRule(
    LimitAlgorithm algorithm,
    long requests,
    long windowMicros,
    long burst,
    long cost,
    EnforcementMode mode) {

  public static LimitRule of(Limit limit) {
    return new LimitRule(
        limit.algorithm(),
        limit.requests(),
        limit.window().toSeconds() * 1_000_000L,
        limit.burst(),
        limit.cost(),
        limit.mode());
  }

  public boolean enforced() {
    return mode == EnforcementMode.ENFORCE;
  }

  /** What can be held at once. A limit of zero requests admits nothing, whatever its burst. */
  public long capacity() {
    return algorithm.bursts() && requests > 0 ? burst : requests;
  }

  /** The staged form, for example {@code tb 300 60000000 50 1 enforce}. */
  public String text() {
    var out = new Utf8Buffer();
    write(out);
    return out.toString();
  }

  /** Adds {@link #text} to what is there. */
  public void write(Utf8Buffer out) {
    out.add(algorithm.code())
        .add(' ')
        .add(requests)
        .add(' ')
        .add(windowMicros)
        .add(' ')
        .add(burst)
        .add(' ')
        .add(cost)
        .add(' ')
        .add(mode.word());
  }
}
