package dev.deployclaw.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * An etcd of one member. It does not wait for the disk, so a power cut may lose its last writes.
 */
public final class Etcd implements Server {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final String NAME = "etcd";

  private final HostPort address;
  private final Daemon daemon;

  private Etcd(HostPort address, Daemon daemon) {
    this.address = address;
    this.daemon = daemon;
  }

  public static Etcd start(Path folder) {
    HostPort client = HostPort.loopback(Ports.free());
    String peer = "http://" + HostPort.loopback(Ports.free());
    List<String> command =
        List.of(
            Binaries.find("etcd"),
            "--name=" + NAME,
            "--data-dir=data",
            "--listen-client-urls=http://" + client,
            "--advertise-client-urls=http://" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=" + NAME + "=" + peer,
            "--unsafe-no-fsync",
            "--log-level=warn");
    Etcd etcd = new Etcd(client, Daemon.start(new Launch(folder, NAME, command)));
    etcd.awaitReady();
    return etcd;
  }

  /** The etcd that was started in the folder, dead or alive. */
  public static Etcd adopt(Path folder) {
    Daemon daemon = Daemon.adoptNamed(folder, NAME);
    String url = daemon.option("--listen-client-urls=");
    return new Etcd(HostPort.parse(url.substring("http://".length())), daemon);
  }

  /** Its address as a URL. */
  public String endpoint() {
    return "http://" + address;
  }

  public HostPort address() {
    return address;
  }

  public Daemon daemon() {
    return daemon;
  }

  /** Kills what is left of it and starts it again with what it had stored. */
  public void restart() {
    daemon.restart();
    awaitReady();
  }

  @Override
  public List<Daemon> daemons() {
    return List.of(daemon);
  }

  private void awaitReady() {
    daemon.awaitReady(READY, () -> Probe.get(address, "/health").contains("\"health\":\"true\""));
  }
}
