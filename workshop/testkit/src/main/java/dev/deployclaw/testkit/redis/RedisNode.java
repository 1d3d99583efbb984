package dev.deployclaw.testkit.redis;

import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonHandle;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.DaemonServer;
import dev.deployclaw.testkit.process.ExecutableFinder;
import dev.deployclaw.testkit.process.LaunchSpec;
import dev.deployclaw.testkit.server.ServerSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.lang3.function.Failable;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** A redis-server of its own, without persistence to disk. */
public final class RedisNode extends DaemonServer {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final String NAME = "redis";
  private static final int ANSWER_MILLIS = 5_000;
  private static final JedisClientConfig CLIENT =
      DefaultJedisClientConfig.builder()
          .resp2()
          .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
          .connectionTimeoutMillis(ANSWER_MILLIS)
          .socketTimeoutMillis(ANSWER_MILLIS)
          .build();
  private static final String CONFIG = "redis.conf";

  private final HostPort address;

  private RedisNode(HostPort address, DaemonHandle daemon) {
    super(daemon);
    this.address = address;
  }

  /** What differs between nodes. */
  public record Options(int port, List<String> lines, Map<String, String> environment) {
    public Options {
      lines = List.copyOf(lines);
      environment = Map.copyOf(environment);
    }
  }

  public static RedisNode start(Path folder) {
    return start(folder, new Options(FreePortFinder.free(), List.of(), Map.of()));
  }

  public static RedisNode start(ServerSource source, Path folder) {
    var node = spawn(source, folder, new Options(FreePortFinder.free(), List.of(), Map.of()));
    node.awaitReady();
    return node;
  }

  public static RedisNode start(Path folder, Options options) {
    RedisNode node = spawn(folder, options);
    node.awaitReady();
    return node;
  }

  public static RedisNode adopt(Path folder) {
    int port =
        Failable.get(() -> Files.readAllLines(folder.resolve(CONFIG))).stream()
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

  /** Its wall clock, if it was started with {@link SkewedClock#environments}. */
  public SkewedClock clock() {
    return SkewedClock.of(daemon().folder());
  }

  /** The reply as text, an array's elements a line each, null as the empty text. */
  public String call(String... words) {
    try (var connection = new Connection(new HostAndPort(address.host(), address.port()), CLIENT)) {
      ProtocolCommand name = () -> words[0].getBytes(StandardCharsets.UTF_8);
      var arguments = List.of(words).subList(1, words.length);
      return text(connection.executeCommand(new CommandArguments(name).addObjects(arguments)));
    } catch (JedisDataException e) {
      throw new IllegalStateException(e.getMessage(), e);
    } catch (JedisConnectionException e) {
      var tries = Stream.concat(Stream.of(e), Stream.of(e.getSuppressed()));
      throw new UncheckedIOException(
          address + ": " + tries.map(Throwable::getMessage).collect(Collectors.joining(" ")),
          new IOException(e));
    }
  }

  private static String text(@Nullable Object reply) {
    return switch (reply) {
      case null -> "";
      case byte[] bytes -> new String(bytes, StandardCharsets.UTF_8);
      case List<?> all -> all.stream().map(RedisNode::text).collect(Collectors.joining("\n"));
      default -> reply.toString();
    };
  }

  /** An environment names this machine's files, so that a node with one is always a process. */
  static RedisNode spawn(Path folder, Options options) {
    var source = options.environment().isEmpty() ? ServerSource.chosen() : ServerSource.processes();
    return spawn(source, folder, options);
  }

  private static RedisNode spawn(ServerSource source, Path folder, Options options) {
    String binary = ExecutableFinder.find("redis-server");
    writeConfig(folder, options);
    LaunchSpec launch =
        new LaunchSpec(folder, NAME, List.of(binary, CONFIG), options.environment());
    return new RedisNode(HostPort.loopback(options.port()), source.start(launch));
  }

  @Override
  protected void awaitReady() {
    daemon().awaitReady(READY, this::answersItself);
  }

  /** Whether it is this process that answers at the address, and has loaded. */
  private boolean answersItself() {
    return answers(info -> info.contains("process_id:" + daemon().pid() + "\r\n"), "INFO", "server")
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
    String text = config + String.join("\n", options.lines()) + "\n";
    TestFiles.write(folder.resolve(CONFIG), text);
  }
}
