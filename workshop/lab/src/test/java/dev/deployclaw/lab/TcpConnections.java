package dev.deployclaw.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Where a process is connected to, by its open sockets (Linux, proc(5)). */
final class TcpConnections {
  private static final int REMOTE = 2;
  private static final int INODE = 9;

  private TcpConnections() {}

  /** The ports at the other ends. */
  static Set<Integer> ports(long pid) throws IOException {
    var proc = Path.of("/proc", Long.toString(pid));
    var sockets = new HashSet<String>();
    try (var open = Files.newDirectoryStream(proc.resolve("fd"))) {
      for (Path descriptor : open) {
        link(descriptor, sockets);
      }
    }
    var ports = new TreeSet<Integer>();
    for (String table : new String[] {"net/tcp", "net/tcp6"}) {
      try (Stream<String> lines = Files.lines(proc.resolve(table))) {
        lines
            .skip(1)
            .map(line -> line.strip().split("\\s+", -1))
            .filter(fields -> sockets.contains("socket:[" + fields[INODE] + "]"))
            .map(fields -> fields[REMOTE].substring(fields[REMOTE].indexOf(':') + 1))
            .forEach(port -> ports.add(Integer.parseInt(port, 16)));
      }
    }
    return ports;
  }

  private static void link(Path descriptor, Set<String> into) {
    try {
      into.add(Files.readSymbolicLink(descriptor).toString());
    } catch (IOException e) {
      into.remove(descriptor.toString()); // closed meanwhile
    }
  }
}
