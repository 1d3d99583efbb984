package dev.deployclaw.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An etcd of one member. It does not wait for the disk, so a power cut may lose its last writes.
 */
public final class Etcd implements Server {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final String NAME = "etcd";

  private static final String HTTP = "http://";
  private static final String HTTPS = "https://";

  /** Short, so that a test sees a token run out. */
  private static final int TOKEN_SECONDS = 2;

  private final String scheme;
  private final HostPort address;
  private final HostPort health;
  private final Daemon daemon;

  private Etcd(String scheme, HostPort address, HostPort health, Daemon daemon) {
    this.scheme = scheme;
    this.address = address;
    this.health = health;
    this.daemon = daemon;
  }

  public static Etcd start(Path folder) {
    HostPort client = HostPort.loopback(Ports.free());
    return start(folder, client, client, List.of("--listen-client-urls=http://" + client));
  }

  /** One that speaks TLS alone, and shows this certificate. */
  public static Etcd startEncrypted(Path folder, Certificates server) {
    return startEncrypted(folder, server, List.of());
  }

  /** One that wants a client's certificate, too, signed by this authority. */
  public static Etcd startMutual(Path folder, Certificates server, Certificates authority) {
    return startEncrypted(
        folder,
        server,
        List.of("--client-cert-auth", "--trusted-ca-file=" + authority.certificate()));
  }

  private static Etcd startEncrypted(Path folder, Certificates server, List<String> further) {
    HostPort client = HostPort.loopback(Ports.free());
    HostPort health = HostPort.loopback(Ports.free());
    List<String> options =
        new ArrayList<>(
            List.of(
                "--listen-client-urls=https://" + client,
                "--listen-metrics-urls=http://" + health,
                "--cert-file=" + server.certificate(),
                "--key-file=" + server.key()));
    options.addAll(further);
    return start(folder, client, health, options);
  }

  private static Etcd start(Path folder, HostPort client, HostPort health, List<String> listen) {
    String peer = "http://" + HostPort.loopback(Ports.free());
    String scheme = client.equals(health) ? HTTP : HTTPS;
    List<String> command =
        new ArrayList<>(
            List.of(
                Binaries.find("etcd"),
                "--name=" + NAME,
                "--data-dir=data",
                "--advertise-client-urls=" + scheme + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=" + NAME + "=" + peer,
                "--auth-token-ttl=" + TOKEN_SECONDS,
                "--unsafe-no-fsync",
                "--log-level=warn"));
    command.addAll(listen);
    Daemon daemon = Daemon.start(new Launch(folder, NAME, command));
    Etcd etcd = new Etcd(scheme, client, health, daemon);
    etcd.awaitReady();
    return etcd;
  }

  /** The etcd that was started in the folder, dead or alive. */
  public static Etcd adopt(Path folder) {
    Daemon daemon = Daemon.adoptNamed(folder, NAME);
    String url = daemon.option("--listen-client-urls=");
    HostPort address = HostPort.parse(url.substring(HTTP.length()));
    return new Etcd(HTTP, address, address, daemon);
  }

  /** Its address as a URL. */
  public String endpoint() {
    return scheme + address;
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
    daemon.awaitReady(READY, () -> Probe.get(health, "/health").contains("\"health\":\"true\""));
  }
}
