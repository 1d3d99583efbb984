package dev.deployclaw.bench;

import dev.deployclaw.audit.FileJournal;
import dev.deployclaw.core.log.Recorder.Sealed;
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
final class Synced {
  private Synced() {}

  static LogPace measure(Path folder, int records, LogTurns turns) throws Exception {
    var sealed = SampleThoughts.sealed(SampleThoughts.of("bench-file", records));
    try (var journal = FileJournal.open(folder.resolve("synced"))) {
      var taken =
          turns.take(
              List.of(
                  round -> appending(journal, "bench-file-" + round, sealed),
                  round -> writing(folder.resolve("bare-" + round), sealed)));
      return new LogPace(
          "synced file",
          records,
          taken.getFirst(),
          "bare write and sync of each line",
          taken.getLast());
    }
  }

  private static long appending(FileJournal journal, String name, List<Sealed> sealed) {
    long begin = System.nanoTime();
    sealed.forEach(one -> journal.append(name, one));
    return System.nanoTime() - begin;
  }

  private static long writing(Path file, List<Sealed> sealed) throws IOException {
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long begin = System.nanoTime();
      for (Sealed one : sealed) {
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
