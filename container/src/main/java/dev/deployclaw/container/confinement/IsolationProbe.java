package dev.deployclaw.container.confinement;

import java.nio.file.Path;
import java.util.List;

/** Tries each layer of the wall from inside. */
public final class IsolationProbe {
  private IsolationProbe() {}

  /** With the folder for temporary files as the writable one. */
  public static IsolationReport report() {
    return report(List.of(Path.of(System.getProperty("java.io.tmpdir"))));
  }

  /**
   * @param writable the folders that the process may write
   */
  public static IsolationReport report(List<Path> writable) {
    throw new UnsupportedOperationException("follows " + writable);
  }
}
