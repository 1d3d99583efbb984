package dev.deployclaw.executors.member;

import dev.deployclaw.core.spi.ExecutorCall.WriteBack.Edit;
import dev.deployclaw.core.spi.MemberReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/** How a policy source is brought to what requests changed. */
public sealed interface WriteBackMode {
  None NONE = new None();

  /** It isn't: overlays stay over it. */
  record None() implements WriteBackMode {}

  /**
   * The document itself is written.
   *
   * @param takesOver field managers that may have written it before us; anybody else's stays theirs
   */
  record Source(List<String> takesOver) implements WriteBackMode {
    public Source {
      takesOver = List.copyOf(takesOver);
    }
  }

  /** A file in a folder says what to write, for a person or a pipeline that owns the source. */
  record Patch(Path folder) implements WriteBackMode {
    /** Writes the file, whole or not at all; the same text again is the same file. */
    public MemberReport write(Edit edit, String text) {
      String name = (edit.execution() + "-" + edit.member()).replaceAll("[^A-Za-z0-9._-]+", "_");
      Path file = folder.resolve(name.endsWith(".yaml") ? name : name + ".yaml");
      try {
        Files.createDirectories(folder);
        replace(file, text.getBytes(StandardCharsets.UTF_8));
        return MemberReport.yes(edit.member(), "", Map.of("patch_file", file.toString()));
      } catch (IOException | UncheckedIOException e) {
        return refused(edit, "no patch can be written to " + file + ": " + e.getMessage(), text);
      }
    }
  }

  /** The word that the configuration has for it; {@code direct} where the document is written. */
  static String word(WriteBackMode writeBack, String direct) {
    return switch (writeBack) {
      case None _ -> "none";
      case Source _ -> direct;
      case Patch _ -> "patch-file";
    };
  }

  /** It isn't written; the patch says what a person could write there. */
  static MemberReport refused(Edit edit, String reason, String patch) {
    return MemberReport.no(edit.member(), reason, Map.of("patch", patch));
  }

  /** Puts a file in the place of another in one step, on disk when it returns. */
  static void replace(Path file, byte[] bytes) throws IOException {
    var draft = Files.createTempFile(file.resolveSibling(""), ".draft", "");
    try {
      try (var channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        var buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      if (Files.exists(file)) {
        Files.setPosixFilePermissions(draft, Files.getPosixFilePermissions(file));
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
    try (var entry = FileChannel.open(file.resolveSibling(""), StandardOpenOption.READ)) {
      entry.force(true);
    }
  }
}
