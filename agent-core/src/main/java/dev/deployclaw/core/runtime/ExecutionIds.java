package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.stream.Stream;

/** Finds ids that no execution has. */
final class ExecutionIds {
  private final Ports ports;

  ExecutionIds(Ports ports) {
    this.ports = ports;
  }

  /** The number after the highest of the day, here and, where it can be asked, in the store. */
  String fresh(boolean withStore) throws InterruptedException {
    var day = LocalDate.ofInstant(ports.time().instant(), ZoneOffset.UTC);
    String prefix = "arch-" + day + "-rate-limit-";
    Stream<String> here = ports.journal().executions().stream();
    Stream<String> there =
        withStore
            ? Stream.concat(below(Keys.AUDIT_HEADS, prefix), below(Keys.RESERVED, prefix))
            : Stream.empty();
    int last =
        Stream.concat(here, there)
            .filter(id -> id.startsWith(prefix))
            .mapToInt(id -> number(id.substring(prefix.length())))
            .max()
            .orElse(0);
    return prefix + "%03d".formatted(last + 1);
  }

  private Stream<String> below(String folder, String prefix) throws InterruptedException {
    return ports.state().list(folder + prefix).stream()
        .map(StateStore.Entry::key)
        .map(key -> key.substring(folder.length()));
  }

  private static int number(String text) {
    return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
  }
}
