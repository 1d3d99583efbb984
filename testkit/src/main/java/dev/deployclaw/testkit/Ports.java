package dev.deployclaw.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds free ports. None is handed out twice in one JVM, and all lie below the range from which
 * Linux takes the ports of outgoing connections, so that a server that restarts finds its port
 * still free. Safe for use by several threads.
 */
public final class Ports {
  private static final int FIRST = 12_000;
  private static final int LAST = 31_999;
  private static final int MOST_TRIES = 5_000;
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private Ports() {}

  public static int free() {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
      if (GIVEN.add(port) && isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port between " + FIRST + " and " + LAST);
  }

  public static List<Integer> free(int n) {
    List<Integer> ports = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      ports.add(free());
    }
    return List.copyOf(ports);
  }

  /** Whether nothing listens on it, on any address. */
  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
