package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeEvent;

/** The result of an effect. */
public sealed interface EffectResult {
  /** It ended, and the machine says what follows. */
  record NextEvent(ChangeEvent event) implements EffectResult {}

  /** After the commit: it can't end now. The next start goes on with it. */
  record Stuck(String pending) implements EffectResult {}

  /** Nothing followed yet: the same effect again, if this agent still leads. */
  record Retry() implements EffectResult {}

  /** Before the commit: the change ends here. */
  static EffectResult stopped(AbortCause cause, String reason) {
    return new NextEvent(new ChangeEvent.Stopped(cause, reason));
  }
}
