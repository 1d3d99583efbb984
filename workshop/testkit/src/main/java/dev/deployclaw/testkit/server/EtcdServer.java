package dev.deployclaw.testkit.server;

import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonHandle;
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

  private EtcdServer(String scheme, HostPort address, HostPort health, DaemonHandle daemon) {
    super(daemon);
    this.scheme = scheme;
    this.address = address;
    this.health = health;
  }

  public static EtcdServer start(Path folder) {
    return start(ServerSource.chosen(), folder);
  }

  public static EtcdServer start(ServerSource source, Path folder) {
    HostPort client = HostPort.loopback(FreePortFinder.free());
    var daemon = launch(source, folder, listen(HTTP, client));
    return ready(new EtcdServer(HTTP, client, client, daemon));
  }

  public static EtcdServer startEncrypted(Path folder, TestCertificate server) {
    return startEncrypted(folder, server, List.of());
  }

  public static EtcdServer startEncrypted(
      Path folder, TestCertificate server, List<String> further) {
    HostPort client = HostPort.loopback(FreePortFinder.free());
    HostPort health = HostPort.loopback(FreePortFinder.free());
    List<String> options = new ArrayList<>(listen(HTTPS, client));
    options.addAll(
        List.of(
            "--listen-metrics-urls=http://" + health,
            "--cert-file=" + server.certificate(),
            "--key-file=" + server.key()));
    options.addAll(further);
    var daemon = launch(ServerSource.chosen(), folder, options);
    return ready(new EtcdServer(HTTPS, client, health, daemon));
  }

  private static DaemonHandle launch(ServerSource source, Path folder, List<String> listen) {
    String peer = "http://" + HostPort.loopback(FreePortFinder.free());
    List<String> command =
        new ArrayList<>(
            List.of(
                ExecutableFinder.find("etcd"),
                "--name=" + NAME,
                "--data-dir=data",
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=" + NAME + "=" + peer,
                "--auth-token-ttl=" + TOKEN_SECONDS,
                "--unsafe-no-fsync",
                "--log-level=warn"));
    command.addAll(listen);
    return source.start(new LaunchSpec(folder, NAME, command));
  }

  private static List<String> listen(String scheme, HostPort client) {
    String url = scheme + client;
    return List.of("--listen-client-urls=" + url, "--advertise-client-urls=" + url);
  }

  private static EtcdServer ready(EtcdServer etcd) {
    etcd.awaitReady();
    return etcd;
  }

  public static EtcdServer adopt(Path folder) {
    DaemonProcess daemon = DaemonProcess.adoptNamed(folder, NAME);
    String url = daemon.option("--listen-client-urls=");
    HostPort address = HostPort.parse(url.substring(HTTP.length()));
    return new EtcdServer(HTTP, address, address, daemon);
  }

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
