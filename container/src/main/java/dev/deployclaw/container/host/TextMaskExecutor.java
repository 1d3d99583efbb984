package dev.deployclaw.container.host;

import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Masks the host's secrets in what people type to the agent, which doesn't hold them. A caller
 * learns whether a text holds a whole secret, so characters are rationed: a compromised agent can't
 * try many passwords. Any thread.
 */
final class TextMaskExecutor implements BackendExecutor {
  static final String NAME = "secrets";
  static final String MASK = "mask";

  /** The argument, and the fact that answers it. */
  static final String TEXT = "text";

  /** Of one text. */
  static final int MOST_CHARACTERS = 1 << 14;

  static final int CHARACTERS_A_SECOND = 1 << 16;

  /** That may be masked at once after a pause. */
  static final int MOST_SPARE = 1 << 17;

  /** Characters that a shorter text counts as. */
  static final int LEAST_CHARGE = 32;

  private static final Logger LOG = LoggerFactory.getLogger(TextMaskExecutor.class);
  private static final double NANOS = 1e9;

  private final LongSupplier clock;
  private double spare = MOST_SPARE;
  private long filledAt;
  private long refused;

  /**
   * @param clock in nanoseconds; never goes back
   */
  TextMaskExecutor(LongSupplier clock) {
    this.clock = clock;
    this.filledAt = clock.getAsLong();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Set<String> verbs() {
    return Set.of(MASK);
  }

  @Override
  public CallOutcome execute(Invocation call) {
    if (!(call.call() instanceof ExecutorCall.Look(var _, var arguments))
        || !(arguments.get(TEXT) instanceof String text)
        || text.length() > MOST_CHARACTERS) {
      return CallOutcome.failed(
          new CallFault.Invalid("a text of at most " + MOST_CHARACTERS + " characters is masked"));
    }
    return take(Math.max(text.length(), LEAST_CHARGE))
        ? new CallOutcome.Done(List.of(), Map.of(TEXT, SecretRegistry.maskedByValue(text)))
        : CallOutcome.failed(
            new CallFault.Unavailable("the executor host masks as much text as it may"));
  }

  private synchronized boolean take(int characters) {
    long now = clock.getAsLong();
    double filled = (now - filledAt) / NANOS * CHARACTERS_A_SECOND;
    spare = Math.min(MOST_SPARE, spare + filled);
    filledAt = now;
    if (characters <= spare) {
      spare -= characters;
      return true;
    }
    refused++;
    if (Long.bitCount(refused) == 1) { // each of a flood would fill the log
      LOG.atWarn().addKeyValue("refused", refused).log("Text to mask exceeds the ration");
    }
    return false;
  }
}
