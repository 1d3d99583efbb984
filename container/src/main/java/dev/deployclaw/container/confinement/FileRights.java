package dev.deployclaw.container.confinement;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of a confined process, absolute. A folder includes all below it, a link is what it
 * leads to at the start.
 *
 * @param readable may be read
 * @param writable may be read and written, never executed
 * @param executable may be read and executed
 */
public record FileRights(List<Path> readable, List<Path> writable, List<Path> executable) {
  public FileRights {
    readable = List.copyOf(readable);
    writable = List.copyOf(writable);
    executable = List.copyOf(executable);
    Stream.of(readable, writable, executable)
        .flatMap(List::stream)
        .filter(path -> !path.isAbsolute())
        .findFirst()
        .ifPresent(path -> {
          throw new IllegalArgumentException(path + " is not absolute");
        });
  }
}
