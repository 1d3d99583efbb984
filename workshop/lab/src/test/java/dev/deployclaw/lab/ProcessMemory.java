package dev.deployclaw.lab;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Looks into the memory of another process (Linux, as root). */
final class ProcessMemory {
  private static final Pattern WRITABLE =
      Pattern.compile("([0-9a-f]+)-([0-9a-f]+) rw.. .*", Pattern.DOTALL);
  private static final int PIECE = 1 << 20;

  private ProcessMemory() {}

  /** Whether a text is anywhere in it, as Latin-1 or as UTF-16. */
  static boolean holds(long pid, String text) throws IOException {
    var proc = Path.of("/proc", Long.toString(pid));
    try (var memory = new RandomAccessFile(proc.resolve("mem").toFile(), "r")) {
      for (String line : Files.readAllLines(proc.resolve("maps"))) {
        var range = WRITABLE.matcher(line);
        if (range.matches()
            && holds(
                memory,
                Long.parseLong(range.group(1), 16),
                Long.parseLong(range.group(2), 16),
                text)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean holds(RandomAccessFile memory, long from, long to, String text) {
    var wide = new String(text.getBytes(StandardCharsets.UTF_16LE), StandardCharsets.ISO_8859_1);
    var piece = new byte[PIECE + 2 * text.length()];
    for (long at = from; at < to; at += PIECE) {
      int count = read(memory, at, piece, (int) Math.min(piece.length, to - at));
      var seen = new String(piece, 0, count, StandardCharsets.ISO_8859_1);
      if (seen.contains(text) || seen.contains(wide)) {
        return true;
      }
    }
    return false;
  }

  /** Nothing where the kernel gives none, as of pages that were never used. */
  private static int read(RandomAccessFile memory, long at, byte[] into, int most) {
    try {
      memory.seek(at);
      return Math.max(0, memory.read(into, 0, most));
    } catch (IOException e) {
      return 0;
    }
  }
}
