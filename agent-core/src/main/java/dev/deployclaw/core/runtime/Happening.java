package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Event;

/** What an effect came to. */
sealed interface Happening {
  /** It ended, and the machine says what follows. */
  record Now(Event event) implements Happening {}

  /** After the commit: it can't end now. The next start goes on with it. */
  record Stuck(String pending) implements Happening {}

  /** Nothing followed yet: the same effect again, if this agent still leads. */
  record Again() implements Happening {}
}
