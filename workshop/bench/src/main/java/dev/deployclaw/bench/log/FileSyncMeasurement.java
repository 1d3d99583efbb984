package dev.deployclaw.bench.log;

import dev.deployclaw.audit.journal.FileJournal;
import dev.deployclaw.bench.measure.AlternatingRounds;
import dev.deployclaw.bench.sample.SampleLogEntries;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The journal's file, synced with each record, against a bare write and sync of the same lines.
 * Both sync what a reader needs, the file's length included, and not when it was changed ({@code
 * fdatasync}).
 */
final class FileSyncMeasurement {
  private FileSyncMeasurement() {}

  static LogThroughput measure(Path folder, int records, AlternatingRounds turns) throws Exception {
    var sealed = SampleLogEntries.sealed(SampleLogEntries.of("bench-file", records));
    try (var journal = FileJournal.open(folder.resolve("synced"))) {
      var taken =
          turns.take(
              List.of(
                  round -> appending(journal, "bench-file-" + round, sealed),
                  round -> writing(folder.resolve("bare-" + round), sealed)));
      return new LogThroughput(
          "synced file",
          records,
          taken.getFirst(),
          "bare write and sync of each line",
          taken.getLast());
    }
  }

  private static long appending(FileJournal journal, String name, List<SealedRecord> sealed) {
    long begin = System.nanoTime();
    sealed.forEach(one -> journal.append(name, one));
    return System.nanoTime() - begin;
  }

  private static long writing(Path file, List<SealedRecord> sealed) throws IOException {
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long begin = System.nanoTime();
      for (SealedRecord one : sealed) {
        var line =
            ByteBuffer.allocate(one.bytes().length + 1).put(one.bytes()).put((byte) '\n').flip();
        while (line.hasRemaining()) {
          int _ = channel.write(line);
        }
        channel.force(false);
      }
      return System.nanoTime() - begin;
    }
  }
}
