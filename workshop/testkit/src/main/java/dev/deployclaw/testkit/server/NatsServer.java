package dev.deployclaw.testkit.server;

import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonHandle;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.DaemonServer;
import dev.deployclaw.testkit.process.ExecutableFinder;
import dev.deployclaw.testkit.process.LaunchSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A nats-server with JetStream, which stores in files. */
public final class NatsServer extends DaemonServer {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final String NAME = "nats";
  private static final String CONFIG = "nats.conf";

  private final HostPort address;

  private NatsServer(HostPort address, DaemonHandle daemon) {
    super(daemon);
    this.address = address;
  }

  public static NatsServer start(Path folder) {
    return start(folder, "");
  }

  public static NatsServer start(ServerSource source, Path folder) {
    return start(source, folder, "");
  }

  /** With further lines, such as accounts and their permissions. */
  public static NatsServer start(Path folder, String lines) {
    return start(ServerSource.chosen(), folder, lines);
  }

  private static NatsServer start(ServerSource source, Path folder, String lines) {
    int port = FreePortFinder.free();
    writeConfig(folder, port, lines);
    List<String> command = List.of(ExecutableFinder.find("nats-server"), "--config", CONFIG);
    NatsServer nats =
        new NatsServer(
            HostPort.loopback(port), source.start(new LaunchSpec(folder, NAME, command)));
    nats.awaitReady();
    return nats;
  }

  /**
   * One with a configuration of its own, laid out below the folder as it is below the root of a
   * container; it stores and listens elsewhere than that says.
   *
   * @param config by its absolute path there
   * @param files further ones, by theirs
   */
  public static NatsServer start(
      Path folder, Map.Entry<String, String> config, Map<String, String> files) {
    int port = FreePortFinder.free();
    TestFiles.write(within(folder, config.getKey()), config.getValue());
    files.forEach((path, text) -> TestFiles.write(within(folder, path), text));
    List<String> command =
        List.of(
            ExecutableFinder.find("nats-server"),
            "--config=" + within(folder, config.getKey()),
            "--addr=" + HostPort.LOOPBACK,
            "--port=" + port,
            "--store_dir=" + folder.toAbsolutePath().resolve("data"));
    NatsServer nats =
        new NatsServer(
            HostPort.loopback(port),
            ServerSource.chosen().start(new LaunchSpec(folder, NAME, command)));
    nats.awaitReady();
    return nats;
  }

  private static Path within(Path folder, String path) {
    return folder.toAbsolutePath().resolve(path.substring(1));
  }

  public static NatsServer adopt(Path folder) {
    try (var lines = Files.lines(folder.resolve(CONFIG))) {
      String listen = lines.findFirst().orElseThrow();
      HostPort address = HostPort.parse(listen.substring(listen.indexOf(' ') + 1));
      return new NatsServer(address, DaemonProcess.adoptNamed(folder, NAME));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String url() {
    return "nats://" + address;
  }

  public HostPort address() {
    return address;
  }

  @Override
  protected void awaitReady() {
    daemon()
        .awaitReady(READY, () -> ServerReadiness.greeting(address).contains("\"jetstream\":true"));
  }

  private static void writeConfig(Path folder, int port, String lines) {
    String config =
        """
        listen: %s
        jetstream {
          store_dir: "%s"
          max_memory_store: 64MB
          max_file_store: 1GB
        }
        %s
        """
            .formatted(HostPort.loopback(port), folder.toAbsolutePath().resolve("data"), lines);
    TestFiles.write(folder.resolve(CONFIG), config);
  }
}
