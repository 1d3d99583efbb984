package dev.deployclaw.container.host;

import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.confinement.ConfinedCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;

/** How a host is started, each time: the product's own, or a plugin. */
public interface HostCommand {
  /** Makes what it finds on disk, and says by what it is started. */
  ConfinedCommand prepare() throws IOException, SetupException;

  /** Where it listens. */
  Path socket();

  /** Its user, where only hosts have it. */
  default OptionalInt separateUser() throws IOException {
    return OptionalInt.empty();
  }

  /** Its environment. */
  Map<String, String> surroundings();
}
