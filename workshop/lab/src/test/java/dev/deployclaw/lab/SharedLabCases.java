package dev.deployclaw.lab;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests of a class at the lab that is shared, which they leave as they found it. */
abstract class SharedLabCases {
  @RegisterExtension static final SharedLab SHARED = new SharedLab();

  @TempDir static Path folder;

  static LabFixture scene;
  static LiveEstate estate;

  @BeforeAll
  static void enterLab() {
    scene = SHARED.scene();
    estate = SHARED.estate();
  }
}
