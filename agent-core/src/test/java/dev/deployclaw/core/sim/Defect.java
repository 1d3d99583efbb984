package dev.deployclaw.core.sim;

import dev.deployclaw.core.fake.World;
import dev.deployclaw.core.runtime.Ports;
import dev.deployclaw.core.runtime.Threadless;
import dev.deployclaw.core.spi.ObjectStore;
import java.util.Map;

/** A bug that is planted between the agent and its ports, or in a back end. */
interface Defect {
  /**
   * Where a defect is planted.
   *
   * @param memory of the machine, which outlives its processes
   */
  record Site(Line line, World world, Map<String, Object> memory) {}

  /** The world with what is wrong in it. */
  default void breakWorld(World world) {}

  /** What the agent reaches instead. */
  default Ports plant(Ports honest, Site site) {
    return honest;
  }

  /** The bucket that logs are copied to. */
  default ObjectStore bucket(ObjectStore honest) {
    return honest;
  }

  default Threadless executor(SimExecutor honest, Site site) {
    return honest;
  }

  Defect NONE = new Defect() {};
}
