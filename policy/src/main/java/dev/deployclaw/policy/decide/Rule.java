package dev.deployclaw.policy.decide;

import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Mode;
import dev.deployclaw.policy.text.ByteText;

/**
 * The numbers of one limit, apart from what it matches.
 *
 * @param windowMicros microseconds; of a concurrency limit, how long a lease lasts
 * @param cost what one request takes
 */
public record Rule(
    Algorithm algorithm, long requests, long windowMicros, long burst, long cost, Mode mode) {

  public static Rule of(Limit limit) {
    return new Rule(
        limit.algorithm(),
        limit.requests(),
        limit.window().toSeconds() * 1_000_000L,
        limit.burst(),
        limit.cost(),
        limit.mode());
  }

  public boolean enforced() {
    return mode == Mode.ENFORCE;
  }

  /** What can be held at once. A limit of zero requests admits nothing, whatever its burst. */
  public long capacity() {
    return algorithm.bursts() && requests > 0 ? burst : requests;
  }

  /** The staged form, for example {@code tb 300 60000000 50 1 enforce}. */
  public String text() {
    var out = new ByteText();
    write(out);
    return out.toString();
  }

  /** Adds {@link #text} to what stands there. */
  public void write(ByteText out) {
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
