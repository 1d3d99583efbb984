package dev.deployclaw.testkit.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** On which TCP ports a process listens, as Linux tells it (proc_pid_net_tcp(5)). */
public final class ListeningPorts {
  private static final String LISTEN = "0A";

  /** Fields of a line of /proc/PID/net/tcp. */
  private static final int LOCAL = 1;

  private static final int STATE = 3;
  private static final int INODE = 9;
  private static final int HEX = 16;

  private ListeningPorts() {}

  /** Empty for a process that is gone, or another user's. */
  public static SortedSet<Integer> ports(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    Set<String> sockets = sockets(process);
    SortedSet<Integer> ports = new TreeSet<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      for (String line : lines(process.resolve(table))) {
        String[] words = line.strip().split(" +", -1);
        if (words.length > INODE
            && words[STATE].equals(LISTEN)
            && sockets.contains("socket:[" + words[INODE] + "]")) {
          String local = words[LOCAL];
          ports.add(Integer.parseInt(local.substring(local.lastIndexOf(':') + 1), HEX));
        }
      }
    }
    return Collections.unmodifiableSortedSet(ports);
  }

  private static Set<String> sockets(Path process) {
    Set<String> sockets = new HashSet<>();
    try (Stream<Path> open = Files.list(process.resolve("fd"))) {
      for (Path descriptor : open.toList()) {
        sockets.add(target(descriptor));
      }
    } catch (IOException e) {
      return Set.of();
    }
    return sockets;
  }

  /** A descriptor may be closed meanwhile. */
  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
