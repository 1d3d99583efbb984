package dev.deployclaw.lab.check;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.testkit.BoundedWait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether all of a lab is at what etcd says is committed, and nothing is left of anything else. It
 * asks the agent nothing. Replicas and services follow a moment later, so it looks again.
 */
public final class EstateChecker {
  private static final Duration FOLLOW = Duration.ofSeconds(60);

  private final AgentConfig config;

  public EstateChecker(AgentConfig config) {
    this.config = config;
  }

  public EtcdctlSnapshot etcd() {
    return EtcdctlSnapshot.of(config);
  }

  /** The digest that is committed now. */
  public String digest() {
    return etcd().at("active").map(a -> a.path("digest").asText()).orElse("");
  }

  public long epoch() {
    return etcd().at("active").map(a -> a.path("epoch").asLong()).orElse(0L);
  }

  /** What a limit is, by the committed set. */
  public String rule(String tenant, String limit) {
    var rules = ExpectedEpoch.of(etcd()).rules().get(tenant);
    return rules == null ? "" : rules.getOrDefault(limit, "");
  }

  /**
   * @throws AssertionError that names all that is wrong
   */
  public void assertWhole() {
    var wrong = new AtomicReference<List<String>>(List.of());
    boolean whole =
        BoundedWait.cameTrue(
            FOLLOW,
            () -> {
              wrong.set(wrong());
              return wrong.get().isEmpty();
            });
    if (!whole) {
      throw new AssertionError(String.join("\n", wrong.get()));
    }
  }

  private List<String> wrong() {
    var etcd = etcd();
    var wrong = new ArrayList<String>();
    try {
      var wanted = ExpectedEpoch.of(etcd);
      wrong.addAll(new EtcdCheck(etcd, wanted).wrong());
      wrong.addAll(new RedisCheck(config.redis().nodes(), wanted).wrong());
      wrong.addAll(new EdgeCheck(config, wanted).wrong());
      wrong.addAll(new AuditCheck(etcd, config.stateDir().resolve("executions")).wrong());
    } catch (IllegalStateException e) {
      wrong.add(String.valueOf(e.getMessage()));
    }
    return wrong;
  }
}
