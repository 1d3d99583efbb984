package dev.deployclaw.core.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.Recorder;
import dev.deployclaw.core.log.Recorder.Head;
import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.log.Thought;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.spi.StateStore;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The chain of one execution's records as it grows. Used by one thread. */
final class ThoughtLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Recorder recorder;
  private final Journal journal;
  private final Progress progress;
  private final String execution;
  private Head head;

  ThoughtLog(Ports ports, Progress progress, String execution) {
    this.recorder = ports.recorder();
    this.journal = ports.journal();
    this.progress = progress;
    this.execution = execution;
    this.head = last(journal, execution);
  }

  String execution() {
    return execution;
  }

  /** Seals and keeps a record that changes no state. */
  void add(Thought thought) {
    keep(seal(thought), thought);
  }

  /** Seals a record for a transaction; {@link #keep} follows once the transaction is applied. */
  Sealed seal(Thought thought) {
    return recorder.seal(head, thought);
  }

  void keep(Sealed sealed, Thought thought) {
    append(sealed);
    progress.thought(thought);
  }

  /**
   * Fetches records that a transaction wrote and that never reached the file: the agent died in
   * between, or on another machine.
   */
  void catchUp(StateStore state) throws InterruptedException {
    for (var entry : state.list(Keys.audits(execution))) {
      var there = head(entry.value());
      if (there.seq() > head.seq()) {
        append(new Sealed(entry.value(), there));
      }
    }
  }

  /** Whether an execution's last record says how it ended. */
  static boolean ended(Journal journal, String execution) {
    var records = journal.read(execution);
    return !records.isEmpty()
        && json(records.getLast()).path("phase").asText().equals(Phase.END.word());
  }

  private void append(Sealed sealed) {
    journal.append(execution, sealed);
    head = sealed.head();
  }

  private static Head last(Journal journal, String execution) {
    var records = journal.read(execution);
    return records.isEmpty() ? Head.START : head(records.getLast());
  }

  private static Head head(byte[] record) {
    JsonNode json = json(record);
    return new Head(json.path("seq").asLong(), json.path("hash").asText());
  }

  private static JsonNode json(byte[] record) {
    try {
      return JSON.readTree(record);
    } catch (IOException e) {
      throw new UncheckedIOException("a kept record isn't JSON", e);
    }
  }
}
