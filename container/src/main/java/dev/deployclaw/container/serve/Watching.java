package dev.deployclaw.container.serve;

import dev.deployclaw.container.config.Notify;
import dev.deployclaw.container.config.Watch;
import dev.deployclaw.container.notify.Patience;
import java.util.List;

/**
 * How the estate is watched, and who is told.
 *
 * @param domain tells this estate from others whose notices meet at one receiver
 */
public record Watching(Watch periods, List<Notify> sinks, Patience patience, String domain) {
  public Watching {
    sinks = List.copyOf(sinks);
  }
}
