package dev.deployclaw.bench;

import dev.deployclaw.core.log.Recorder;
import dev.deployclaw.core.log.Recorder.Head;
import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.log.Thought;
import dev.deployclaw.policy.json.Canonical;
import java.util.List;

/** Redaction, canonical form and chain, against SHA-256 over the same bytes. One thread. */
final class Sealing {
  private Sealing() {}

  static LogPace measure(List<Thought> thoughts, LogTurns turns) throws Exception {
    var bytes = SampleThoughts.sealed(thoughts).stream().map(Sealed::bytes).toList();
    var recorder = SampleThoughts.recorder();
    var taken =
        turns.take(List.of(_ -> sealing(recorder, thoughts, bytes.getLast()), _ -> hashing(bytes)));
    return new LogPace(
        "canonical form and chain",
        thoughts.size(),
        taken.getFirst(),
        "SHA-256 of the same bytes",
        taken.getLast());
  }

  private static long sealing(Recorder recorder, List<Thought> thoughts, byte[] last) {
    long begin = System.nanoTime();
    Head head = Head.START;
    Sealed sealed = new Sealed(new byte[0], head);
    for (Thought thought : thoughts) {
      sealed = recorder.seal(head, thought);
      head = sealed.head();
    }
    long nanos = System.nanoTime() - begin;
    if (sealed.bytes().length != last.length) {
      throw new IllegalStateException("another chain");
    }
    return nanos;
  }

  private static long hashing(List<byte[]> bytes) {
    long begin = System.nanoTime();
    int letters = 0;
    for (byte[] one : bytes) {
      letters += Canonical.sha256(one).length();
    }
    long nanos = System.nanoTime() - begin;
    if (letters == 0) {
      throw new IllegalStateException("nothing was hashed");
    }
    return nanos;
  }
}
