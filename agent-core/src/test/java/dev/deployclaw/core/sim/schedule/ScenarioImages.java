package dev.deployclaw.core.sim.schedule;

import dev.deployclaw.core.sim.engine.BugInjector;
import dev.deployclaw.core.sim.engine.EventTrace;
import dev.deployclaw.core.sim.engine.SimEstate;
import dev.deployclaw.core.sim.engine.SimEstate.Image;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How the world stands when a scene begins: prepared once, and begun from as often as wanted. */
final class ScenarioImages {
  private static final long SEED = 1;
  private static final Map<Key, Image> PREPARED = new ConcurrentHashMap<>();

  private ScenarioImages() {}

  private record Key(SimScenario scene, BugInjector defect) {}

  static Image of(SimScenario scene, BugInjector defect) {
    return PREPARED.computeIfAbsent(new Key(scene, defect), ScenarioImages::prepared);
  }

  private static Image prepared(Key key) {
    var estate = new SimEstate(SEED, key.defect(), EventTrace.hashed());
    key.scene().prepare(estate);
    return estate.image();
  }
}
