package dev.deployclaw.lab;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;

/** Tests of a class at a lab of its own, which each class brings up as it needs it. */
@SuppressWarnings("NullAway.Init") // each class brings it up
abstract class OwnLabCases {
  @TempDir static Path folder;

  static LabFixture scene;

  @AfterAll
  @SuppressWarnings("NullAway") // the next class may be skipped, and bring none up
  static void takeDown() {
    if (scene != null) {
      scene.close();
      scene = null;
    }
  }
}
