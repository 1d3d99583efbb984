package dev.deployclaw.container.host;

import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.container.config.secret.UnmaskedTextException;
import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.executors.remote.HostConnection;
import dev.deployclaw.executors.remote.HostGreeting;
import dev.deployclaw.executors.remote.RemoteExecutor;
import dev.deployclaw.executors.wire.HostDescription;
import dev.deployclaw.executors.wire.OfferedExecutor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Masks what people type behind the wall: this process takes out its own secrets, the executor host
 * those of the back ends, then this process what looks like one. The host can put masks into a text
 * and nothing else. One of an earlier build masks nothing: {@link RemoteBackends#isolation} says
 * so.
 *
 * @param executor the host's
 */
record HostTextMask(HostConnection connection, RemoteExecutor executor) implements TextMask {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  /** One mask, or several without a character between. */
  private static final Pattern MASKS = Pattern.compile("\\*{3,}");

  /** Where each character is a secret. */
  private static final int MOST_GROWTH = 3;

  static HostTextMask by(HostConnection connection) {
    var offered =
        OfferedExecutor.of(
            TextMaskExecutor.NAME, Map.of(TextMaskExecutor.MASK, EffectClass.OBSERVE));
    return new HostTextMask(connection, new RemoteExecutor(connection, offered, Optional.empty()));
  }

  private boolean isOffered() throws InterruptedException {
    return !(connection.greet() instanceof HostGreeting.Met(var host)) || isOfferedBy(host);
  }

  static boolean isOfferedBy(HostDescription host) {
    return host.executors().stream().anyMatch(e -> e.name().equals(TextMaskExecutor.NAME));
  }

  @Override
  public String masked(String text) throws InterruptedException {
    return SecretRegistry.redacted(asked(SecretRegistry.maskedByValue(text)));
  }

  private String asked(String text) throws InterruptedException {
    var look = new ExecutorCall.Look(TextMaskExecutor.MASK, Map.of(TextMaskExecutor.TEXT, text));
    var calls = ExecutorRegistry.of(List.of(executor)).calls();
    return switch (calls.one(executor, look, CallContext.looking(), LONGEST)) {
      case CallOutcome.Failed(CallFault.Ungranted _) when !isOffered() -> text;
      case CallOutcome.Failed(var fault) -> throw new UnmaskedTextException(fault.reason());
      case CallOutcome.Done(var _, var facts) -> {
        if (facts.get(TextMaskExecutor.TEXT) instanceof String answer && isMasked(text, answer)) {
          yield answer;
        }
        throw new UnmaskedTextException("the executor host's answer isn't the text with masks");
      }
    };
  }

  /** Whether an answer is the text with masks in place of parts, none of them empty. */
  static boolean isMasked(String text, String answer) {
    if (answer.equals(text)) {
      return true;
    }
    boolean cutsPairs = !StandardCharsets.UTF_8.newEncoder().canEncode(answer);
    if (cutsPairs || answer.length() > text.length() * MOST_GROWTH) {
      return false;
    }
    var kept = MASKS.split(answer, -1);
    String last = kept[kept.length - 1];
    int end = text.length() - last.length();
    if (kept.length < 2 || !text.startsWith(kept[0]) || !text.endsWith(last)) {
      return false;
    }
    int at = kept[0].length(); // behind what was found: the first place leaves most for the rest
    for (int i = 1; i < kept.length - 1; i++) {
      int found = text.indexOf(kept[i], at + 1);
      if (found < 0) {
        return false;
      }
      at = found + kept[i].length();
    }
    return at < end;
  }
}
