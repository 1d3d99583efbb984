package dev.deployclaw.bench.log;

import dev.deployclaw.bench.measure.AlternatingRounds;
import dev.deployclaw.bench.sample.SampleLogEntries;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.RecordSealer;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.List;

/** Redaction, canonical form and chain, against SHA-256 over the same bytes. One thread. */
final class SealingMeasurement {
  private SealingMeasurement() {}

  static LogThroughput measure(List<LogEntry> thoughts, AlternatingRounds turns) throws Exception {
    var bytes = SampleLogEntries.sealed(thoughts).stream().map(SealedRecord::bytes).toList();
    var sealer = SampleLogEntries.sealer();
    var taken =
        turns.take(List.of(_ -> sealing(sealer, thoughts, bytes.getLast()), _ -> hashing(bytes)));
    return new LogThroughput(
        "canonical form and chain",
        thoughts.size(),
        taken.getFirst(),
        "SHA-256 of the same bytes",
        taken.getLast());
  }

  private static long sealing(RecordSealer sealer, List<LogEntry> thoughts, byte[] last) {
    long begin = System.nanoTime();
    LogHead head = LogHead.START;
    SealedRecord sealed = new SealedRecord(new byte[0], head);
    for (LogEntry thought : thoughts) {
      sealed = sealer.seal(head, thought);
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
      letters += CanonicalJson.sha256(one).length();
    }
    long nanos = System.nanoTime() - begin;
    if (letters == 0) {
      throw new IllegalStateException("nothing was hashed");
    }
    return nanos;
  }
}
