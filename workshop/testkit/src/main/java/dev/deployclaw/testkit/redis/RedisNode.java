package dev.deployclaw.testkit.redis;

import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.ExecutableFinder;
import dev.deployclaw.testkit.process.LaunchSpec;
import dev.deployclaw.testkit.process.LocalServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A redis-server of its own, without persistence to disk. */
public final class RedisNode implements LocalServer {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final String NAME = "redis";
  private static final String CONFIG = "redis.conf";

  private final HostPort address;
  private final DaemonProcess daemon;

  private RedisNode(HostPort address, DaemonProcess daemon) {
    this.address = address;
    this.daemon = daemon;
  }

  /**
   * What differs between nodes.
   *
   * @param port where it listens
   * @param lines further lines of its configuration
   * @param environment of the process, such as {@code SkewedClock}'s
   */
  public record Options(int port, List<String> lines, Map<String, String> environment) {
    public Options {
      lines = List.copyOf(lines);
      environment = Map.copyOf(environment);
    }
  }

  /** Starts a node that is not part of a cluster. */
  public static RedisNode start(Path folder) {
    return start(folder, new Options(FreePortFinder.free(), List.of(), Map.of()));
  }

  public static RedisNode start(Path folder, Options options) {
    RedisNode node = spawn(folder, options);
    node.awaitReady();
    return node;
  }

  /** The node that was started in the folder, dead or alive. */
  public static RedisNode adopt(Path folder) {
    int port =
        configLines(folder).stream()
            .filter(line -> line.startsWith("port "))
            .map(line -> Integer.parseInt(line.substring("port ".length())))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no port in " + folder));
    return new RedisNode(HostPort.loopback(port), DaemonProcess.adoptNamed(folder, NAME));
  }

  public HostPort address() {
    return address;
  }

  /** The address from which a node of a cluster opens connections to the others. */
  public String source() {
    return source(address.port());
  }

  static String source(int port) {
    return "127.1." + (port >> Byte.SIZE) + "." + (port & 0xFF);
  }

  public DaemonProcess daemon() {
    return daemon;
  }

  /** Its wall clock, if it was started with {@link SkewedClock#environments}. */
  public SkewedClock clock() {
    return SkewedClock.of(daemon.folder());
  }

  @Override
  public List<DaemonProcess> daemons() {
    return List.of(daemon);
  }

  /**
   * Says one command to it.
   *
   * @return the reply as text, an array's elements a line each, null as the empty text
   * @throws IllegalStateException with the server's words when it refuses
   * @throws UncheckedIOException when it does not answer
   */
  public String call(String... words) {
    return RespClient.call(address, words);
  }

  /** Kills what is left of it and starts it again, empty, at the same address. */
  public void restart() {
    daemon.restart();
    awaitReady();
  }

  static RedisNode spawn(Path folder, Options options) {
    String binary = ExecutableFinder.find("redis-server");
    writeConfig(folder, options);
    LaunchSpec launch =
        new LaunchSpec(folder, NAME, List.of(binary, CONFIG), options.environment());
    return new RedisNode(HostPort.loopback(options.port()), DaemonProcess.start(launch));
  }

  void awaitReady() {
    daemon.awaitReady(READY, this::answersItself);
  }

  /** Whether it is this process that answers at the address, and has loaded. */
  private boolean answersItself() {
    return answers(info -> info.contains("process_id:" + daemon.pid() + "\r\n"), "INFO", "server")
        && answers("PONG"::equals, "PING");
  }

  boolean answers(Predicate<String> test, String... words) {
    try {
      return test.test(call(words));
    } catch (UncheckedIOException | IllegalStateException e) {
      return false;
    }
  }

  private static void writeConfig(Path folder, Options options) {
    String config =
        """
        port %d
        bind 127.0.0.1
        save ""
        appendonly no
        daemonize no
        loglevel notice
        repl-diskless-sync-delay 0
        """
            .formatted(options.port());
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(CONFIG), config + String.join("\n", options.lines()) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> configLines(Path folder) {
    try {
      return Files.readAllLines(folder.resolve(CONFIG));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
