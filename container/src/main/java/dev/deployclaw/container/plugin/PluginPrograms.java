package dev.deployclaw.container.plugin;

import dev.deployclaw.container.config.PluginConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.confinement.ConfinedCommand;
import dev.deployclaw.container.confinement.IsolationLayer;
import dev.deployclaw.container.host.HostCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** How a plugin is started for a test, in a folder in which it listens. */
public final class PluginPrograms {
  private PluginPrograms() {}

  /** Where a plugin listens that runs in a folder. */
  public static Path socket(Path folder) {
    return folder.resolve("plugin.sock");
  }

  /**
   * An admitted one, just as the agent starts it: hashed, copied and confined.
   *
   * @param folder in which it runs
   * @param copies for its files; only the agent writes there
   */
  public static HostCommand admitted(PluginConfig plugin, Path folder, Path copies)
      throws SetupException {
    var _ = AdmittedProgram.admit(plugin, copies);
    return new PluginLaunch(plugin, folder, copies);
  }

  /** A program as it is, with the rights of this process. */
  public static HostCommand bare(List<String> words, Path folder) {
    return new BareProgram(List.copyOf(words), folder);
  }

  /** Its environment, none of it inherited. */
  static Map<String, String> surroundings(Path folder) {
    return Map.of(
        "PATH",
        "/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL",
        "C.UTF-8",
        "TMPDIR",
        folder.toString(),
        "DEPLOYCLAW_HOST_SOCKET",
        socket(folder).toString());
  }

  private record BareProgram(List<String> words, Path folder) implements HostCommand {
    @Override
    public ConfinedCommand prepare() throws IOException {
      Files.deleteIfExists(socket()); // of a start that was killed
      var open = String.join(", ", IsolationLayer.NAMES);
      return new ConfinedCommand(words, List.of(open + ": nothing confines it"));
    }

    @Override
    public Path socket() {
      return PluginPrograms.socket(folder);
    }

    @Override
    public Map<String, String> surroundings() {
      return PluginPrograms.surroundings(folder);
    }
  }
}
