package dev.deployclaw.container.confinement;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the installed util-linux can do here.
 *
 * @param setpriv whether its {@code setpriv} is there, not the smaller one of BusyBox
 * @param mounts whether {@code unshare --mount} succeeds for this process
 */
record StartTools(boolean setpriv, boolean mounts) {
  private static final int LONGEST_SECONDS = 5;

  /** By trying them. */
  static StartTools found() {
    String help = output(List.of("setpriv", "--help"));
    return new StartTools(
        help.contains("--ambient-caps"),
        output(List.of("unshare", "--mount", "--", "sh", "-c", "command -v mount"))
            .contains("mount"));
  }

  /** What it prints; empty where it fails or isn't there. */
  private static String output(List<String> command) {
    try {
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "";
      }
      return process.exitValue() == 0 ? said : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
