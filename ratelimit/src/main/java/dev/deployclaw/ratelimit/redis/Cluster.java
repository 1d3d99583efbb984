package dev.deployclaw.ratelimit.redis;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where Redis is, and as whom it is asked.
 *
 * @param nodes to ask first; at least one of them should be up
 * @param timeout bounds each call to one node
 * @param login when Redis asks for one
 */
public record Cluster(List<Address> nodes, Duration timeout, Optional<Login> login) {
  public Cluster {
    nodes = List.copyOf(nodes);
  }

  /** A user of Redis ({@code default} where it has none). The password is never printed. */
  public record Login(String user, String password) {
    @Override
    public String toString() {
      return "Login[user=" + user + ", password=***]";
    }

    Buffer command() {
      return Command.of(List.of("AUTH", user, password));
    }
  }
}
