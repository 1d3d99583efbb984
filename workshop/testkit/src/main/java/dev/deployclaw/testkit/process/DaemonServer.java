package dev.deployclaw.testkit.process;

import java.util.List;

/** A server that is one daemon. */
public abstract class DaemonServer implements LocalServer {
  private final DaemonHandle daemon;

  protected DaemonServer(DaemonHandle daemon) {
    this.daemon = daemon;
  }

  protected abstract void awaitReady();

  public final DaemonHandle daemon() {
    return daemon;
  }

  @Override
  public final List<DaemonHandle> daemons() {
    return List.of(daemon);
  }

  public final void restart() {
    daemon.restart();
    awaitReady();
  }
}
