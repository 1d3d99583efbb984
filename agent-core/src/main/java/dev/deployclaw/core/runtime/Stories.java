package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.task.Operation;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.stream.Stream;

/** Begins the logs of new executions, and goes on with those of others. */
final class Stories {
  private final Ports ports;
  private final Settings settings;
  private final Progress progress;

  Stories(Ports ports, Settings settings, Progress progress) {
    this.ports = ports;
    this.settings = settings;
    this.progress = progress;
  }

  /** A new execution, told by the procedure of an operation. */
  Story begin(Operation operation, boolean withStore) throws InterruptedException {
    return story(freshId(withStore), operation);
  }

  /** An execution that was begun before, here or elsewhere. */
  Story goOn(String execution, Operation operation) throws InterruptedException {
    var story = story(execution, operation);
    story.catchUp(ports.state());
    return story;
  }

  private Story story(String execution, Operation operation) {
    var log = new ThoughtLog(ports, progress, execution);
    return new Story(log, ports.playbook().of(operation), ports.time(), settings.agent());
  }

  /** The number after the highest of the day, here and, where it can be asked, in the store. */
  private String freshId(boolean withStore) throws InterruptedException {
    var day = LocalDate.ofInstant(ports.time().instant(), ZoneOffset.UTC);
    String prefix = "arch-" + day + "-rate-limit-";
    Stream<String> here = ports.journal().executions().stream();
    Stream<String> there = withStore ? anchored(prefix) : Stream.empty();
    int last =
        Stream.concat(here, there)
            .filter(id -> id.startsWith(prefix))
            .mapToInt(id -> number(id.substring(prefix.length())))
            .max()
            .orElse(0);
    return prefix + "%03d".formatted(last + 1);
  }

  private Stream<String> anchored(String prefix) throws InterruptedException {
    String heads = Keys.AUDIT_HEADS;
    return ports.state().list(heads + prefix).stream()
        .map(StateStore.Entry::key)
        .map(key -> key.substring(heads.length()));
  }

  private static int number(String text) {
    return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
  }
}
