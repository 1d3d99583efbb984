package dev.deployclaw.testkit.server;

import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.DaemonServer;
import dev.deployclaw.testkit.process.ExecutableFinder;
import dev.deployclaw.testkit.process.LaunchSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An etcd of one member. It does not wait for the disk, so a power cut may lose its last writes.
 */
public final class EtcdServer extends DaemonServer {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final String NAME = "etcd";

  private static final String HTTP = "http://";
  private static final String HTTPS = "https://";

  /** Short, so that a test sees a token run out. */
  private static final int TOKEN_SECONDS = 2;

  private final String scheme;
  private final HostPort address;
  private final HostPort health;

  private EtcdServer(String scheme, HostPort address, HostPort health, DaemonProcess daemon) {
    super(daemon);
    this.scheme = scheme;
    this.address = address;
    this.health = health;
  }

  public static EtcdServer start(Path folder) {
    HostPort client = HostPort.loopback(FreePortFinder.free());
    return start(folder, client, client, List.of("--listen-client-urls=http://" + client));
  }

  /** One that speaks TLS alone, and shows this certificate. */
  public static EtcdServer startEncrypted(Path folder, TestCertificate server) {
    return startEncrypted(folder, server, List.of());
  }

  /** One that wants a client's certificate, too, signed by this authority. */
  public static EtcdServer startMutual(
      Path folder, TestCertificate server, TestCertificate authority) {
    return startEncrypted(
        folder,
        server,
        List.of("--client-cert-auth", "--trusted-ca-file=" + authority.certificate()));
  }

  private static EtcdServer startEncrypted(
      Path folder, TestCertificate server, List<String> further) {
    HostPort client = HostPort.loopback(FreePortFinder.free());
    HostPort health = HostPort.loopback(FreePortFinder.free());
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

  private static EtcdServer start(
      Path folder, HostPort client, HostPort health, List<String> listen) {
    String peer = "http://" + HostPort.loopback(FreePortFinder.free());
    String scheme = client.equals(health) ? HTTP : HTTPS;
    List<String> command =
        new ArrayList<>(
            List.of(
                ExecutableFinder.find("etcd"),
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
    DaemonProcess daemon = DaemonProcess.start(new LaunchSpec(folder, NAME, command));
    EtcdServer etcd = new EtcdServer(scheme, client, health, daemon);
    etcd.awaitReady();
    return etcd;
  }

  /** The etcd that was started in the folder, dead or alive. */
  public static EtcdServer adopt(Path folder) {
    DaemonProcess daemon = DaemonProcess.adoptNamed(folder, NAME);
    String url = daemon.option("--listen-client-urls=");
    HostPort address = HostPort.parse(url.substring(HTTP.length()));
    return new EtcdServer(HTTP, address, address, daemon);
  }

  /** Its address as a URL. */
  public String endpoint() {
    return scheme + address;
  }

  public HostPort address() {
    return address;
  }

  @Override
  protected void awaitReady() {
    daemon()
        .awaitReady(
            READY, () -> ServerReadiness.get(health, "/health").contains("\"health\":\"true\""));
  }
}
