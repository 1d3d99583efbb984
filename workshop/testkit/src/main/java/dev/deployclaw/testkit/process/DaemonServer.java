package dev.deployclaw.testkit.process;

import java.util.List;

/** A server that is one daemon. */
public abstract class DaemonServer implements LocalServer {
  private final DaemonProcess daemon;

  protected DaemonServer(DaemonProcess daemon) {
    this.daemon = daemon;
  }

  /** Waits until it answers. */
  protected abstract void awaitReady();

  public final DaemonProcess daemon() {
    return daemon;
  }

  @Override
  public final List<DaemonProcess> daemons() {
    return List.of(daemon);
  }

  /** Kills what is left of it and starts it again with what it had stored on disk. */
  public final void restart() {
    daemon.restart();
    awaitReady();
  }
}
