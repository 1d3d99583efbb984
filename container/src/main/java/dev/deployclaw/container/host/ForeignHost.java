package dev.deployclaw.container.host;

import dev.deployclaw.container.confinement.IsolationLayer;
import dev.deployclaw.core.grant.GrantKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executor host that another supervisor starts: a container beside the agent's. It writes the
 * key of its start to a file.
 *
 * @param keyFile read at each handshake, since each start makes another key
 */
record ForeignHost(Path keyFile) implements HostKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(ForeignHost.class);

  @Override
  public GrantKey key() {
    try {
      return GrantKey.ofHex(Files.readString(keyFile).strip());
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalStateException("the key file " + keyFile + " can't be read: " + e, e);
    }
  }

  /** Its process isn't ours to see: the connection says whether it answers. */
  @Override
  public HostState state() {
    return Files.exists(keyFile)
        ? new HostState.Starting()
        : new HostState.Down("there is no key file " + keyFile);
  }

  /** The file is its own. */
  @Override
  public List<IsolationLayer> seen() {
    try {
      return HostFiles.owner(keyFile) == HostFiles.ownUser()
          ? List.of(new IsolationLayer("user", false, "the agent's own"))
          : List.of();
    } catch (IOException e) {
      return List.of(); // it isn't there yet
    }
  }

  @Override
  public int starts() {
    return 0;
  }

  /** Only its supervisor can. */
  @Override
  public void restart(Duration atMost) {
    LOG.error("The executor host refuses this agent's calls until its container is restarted");
  }

  @Override
  public void close() {}
}
