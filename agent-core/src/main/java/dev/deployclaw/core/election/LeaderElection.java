package dev.deployclaw.core.election;

import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.store.StoreKeys;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stands for election until it leads or the wait is over: a dead leader's lease has to run out. */
public final class LeaderElection {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderElection.class);

  private LeaderElection() {}

  public static Optional<Leadership> take(StateStore state, AgentSettings settings, AgentClock time)
      throws InterruptedException {
    var bounds = settings.bounds();
    long until = time.micros() + bounds.leaderWait().toNanos() / 1000;
    boolean told = false;
    while (true) {
      String since = time.instant().truncatedTo(ChronoUnit.SECONDS).toString();
      var claim = new LeaderIdentity(settings.agent(), since);
      var leadership = state.stand(claim.text(), bounds.lease());
      if (leadership.isPresent() || time.micros() >= until) {
        return leadership;
      }
      if (!told) {
        told = true;
        LOG.atInfo()
            .addKeyValue("leader", by(state))
            .addKeyValue("within", bounds.leaderWait())
            .log("Another agent leads; waiting until it has finished");
      }
      time.pause(bounds.poll());
    }
  }

  /** Why nothing could be begun, and what to do. */
  public static String taken(StateStore state) throws InterruptedException {
    return "another agent leads, "
        + by(state)
        + ", and didn't finish in time: ask again when it has finished; if it was started by "
        + "mistake, stop that process and wait until its lease expires";
  }

  public static Optional<LeaderIdentity> now(StateStore state) throws InterruptedException {
    return state
        .get(StoreKeys.LEADER)
        .map(e -> LeaderIdentity.parse(new String(e.value(), StandardCharsets.UTF_8)));
  }

  private static String by(StateStore state) throws InterruptedException {
    return now(state).map(LeaderIdentity::text).orElse("which ended meanwhile");
  }
}
