package dev.deployclaw.core.sim;

import dev.deployclaw.core.sim.Estate.Image;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How the world stands when a scene begins: prepared once, and begun from as often as wanted. */
final class Images {
  private static final long SEED = 1;
  private static final Map<Key, Image> PREPARED = new ConcurrentHashMap<>();

  private Images() {}

  private record Key(Scene scene, Defect defect) {}

  static Image of(Scene scene, Defect defect) {
    return PREPARED.computeIfAbsent(new Key(scene, defect), Images::prepared);
  }

  private static Image prepared(Key key) {
    var estate = new Estate(SEED, key.defect(), Trace.hashed());
    key.scene().prepare(estate);
    return estate.image();
  }
}
