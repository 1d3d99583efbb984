package dev.deployclaw.container.confinement;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One layer of the wall, as it was found from inside or by who started it.
 *
 * @param name one of {@link #NAMES}
 * @param enforced whether the attempt was refused
 * @param detail what was tried and what the kernel said; for people
 */
public record IsolationLayer(String name, boolean enforced, String detail) {
  /** Of {@link ThreadRights}. */
  static final List<String> OF_THREADS =
      List.of("user", "capabilities", "no-new-privileges", "seccomp");

  /** Those that a start lays around a program of any kind. */
  static final List<String> AROUND_PROGRAMS =
      Stream.concat(
              OF_THREADS.stream(),
              Stream.of("files", "exec", "tcp", "library", "ptrace", "signals"))
          .toList();

  /** All, as {@link IsolationProbe} reports them: the last two a host lays on itself. */
  public static final List<String> NAMES =
      Stream.concat(AROUND_PROGRAMS.stream(), Stream.of("unix", "udp")).toList();

  /**
   * The gaps among what a start says, each a line: names of layers, a colon, the reason.
   *
   * @return the reason by layer
   */
  public static Map<String, String> gaps(Stream<String> lines) {
    var gaps = new TreeMap<String, String>();
    lines
        .map(line -> line.split(": ", 2))
        .filter(parts -> parts.length == 2)
        .forEach(parts ->
            Stream.of(parts[0].split(", ", -1))
                .filter(NAMES::contains)
                .forEach(layer -> gaps.putIfAbsent(layer, parts[1])));
    return gaps;
  }
}
