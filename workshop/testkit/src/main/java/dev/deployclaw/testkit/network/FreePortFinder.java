package dev.deployclaw.testkit.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds free ports. None is handed out twice in one JVM, and all lie below the range from which
 * Linux takes the ports of outgoing connections, so that a server that restarts finds its port
 * still free. JVMs that test side by side each have a share of their own, which the environment
 * names ({@code TESTKIT_SHARE}: lane 1 or 2 and JVM 1 to 4, as in {@code share 2.1}) and their
 * children inherit. Safe for use by several threads.
 */
public final class FreePortFinder {
  private static final String SHARE = "TESTKIT_SHARE";
  private static final int SHARES = 8;
  private static final Range ALL = new Range(12_000, 20_000);
  private static final int MOST_TRIES = 5_000;
  private static final int LONGEST_CONNECT_MILLIS = 500;
  private static final Range OURS = range(Optional.ofNullable(System.getenv(SHARE)));
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private FreePortFinder() {}

  /** {@code count} ports from {@code first} on. */
  record Range(int first, int count) {
    int any() {
      return ThreadLocalRandom.current().nextInt(first, first + count);
    }
  }

  public static int free() {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      int port = OURS.any();
      if (GIVEN.add(port) && isFree(port) && isReachable(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port in " + OURS);
  }

  public static List<Integer> free(int n) {
    return Stream.generate(FreePortFinder::free).limit(n).toList();
  }

  /** Those of a share, all of them where none is named. */
  static Range range(Optional<String> share) {
    if (share.isEmpty()) {
      return ALL;
    }
    int count = ALL.count() / SHARES;
    return IntStream.range(0, SHARES)
        .filter(i -> share.get().equals("share %d.%d".formatted(i / 4 + 1, i % 4 + 1)))
        .mapToObj(i -> new Range(ALL.first() + i * count, count))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(SHARE + "=" + share.get() + ": not share 1.1 to 2.4"));
  }

  /** Whether no packet filter cuts it off, such as one that a test left that was killed. */
  static boolean isReachable(int port) {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try (var server = new ServerSocket();
        var client = new Socket()) {
      server.setReuseAddress(true);
      server.bind(address);
      client.connect(address, LONGEST_CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
