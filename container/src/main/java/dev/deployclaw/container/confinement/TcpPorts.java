package dev.deployclaw.container.confinement;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The TCP ports of a confined process, of any address: the kernel compares ports only.
 *
 * @param connect may be connected to
 * @param bind may be listened on; 0 is any free port
 */
public record TcpPorts(Set<Integer> connect, Set<Integer> bind) {
  private static final int HIGHEST = 65_535;

  public TcpPorts {
    connect = Set.copyOf(connect);
    bind = Set.copyOf(bind);
    Stream.of(connect, bind)
        .flatMap(Set::stream)
        .filter(port -> port < 0 || port > HIGHEST)
        .findFirst()
        .ifPresent(port -> {
          throw new IllegalArgumentException(port + " is not a TCP port");
        });
  }

  /** In ascending order, so that a command is the same each time. */
  static List<Integer> sorted(Set<Integer> ports) {
    return ports.stream().sorted().toList();
  }
}
