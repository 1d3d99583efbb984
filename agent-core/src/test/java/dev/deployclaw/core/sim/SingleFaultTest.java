package dev.deployclaw.core.sim;

import java.util.List;
import java.util.stream.Stream;

/** Every single fault of two scenes: the shortest change, and one with all that a change can do. */
class SingleFaultTest extends SingleFaults {
  static final List<Scene> SCENES = List.of(Scene.FIRST_RUN, Scene.GOES_BACK_BY_ITSELF);

  static Stream<Scene> all() {
    return SCENES.stream();
  }

  static Stream<Scene> common() {
    return SCENES.stream();
  }
}
