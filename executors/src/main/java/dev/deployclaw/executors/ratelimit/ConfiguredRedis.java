package dev.deployclaw.executors.ratelimit;

import java.util.Map;

/** The Redis that every rate limit service has to ask. Any thread. */
@FunctionalInterface
public interface ConfiguredRedis {
  /** Its nodes' addresses by id, replicas too, as they are now; empty where none can be asked. */
  Map<String, String> nodes() throws InterruptedException;
}
