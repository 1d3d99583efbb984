package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.AsyncBackendExecutor;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.spi.ObjectStore;
import java.util.Map;

/** A bug that is planted between the agent and its ports, or in a back end. */
public interface BugInjector {
  /**
   * Where a defect is planted.
   *
   * @param memory of the machine, which outlives its processes
   */
  record Site(SimLink line, FakeEstate world, Map<String, Object> memory) {}

  /** The world with what is wrong in it. */
  default void breakWorld(FakeEstate world) {}

  /** What the agent reaches instead. */
  default AgentPorts plant(AgentPorts honest, Site site) {
    return honest;
  }

  /** The bucket that logs are copied to. */
  default ObjectStore bucket(ObjectStore honest) {
    return honest;
  }

  default AsyncBackendExecutor executor(SimExecutor honest, Site site) {
    return honest;
  }

  BugInjector NONE = new BugInjector() {};
}
