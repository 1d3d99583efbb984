package dev.deployclaw.testkit.redis;

import dev.deployclaw.testkit.process.CSourceCompiler;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.apache.commons.lang3.function.Failable;

/**
 * The wall clock of one process, off by an amount that can be changed while it runs. Works by a
 * preloaded library (see {@code skew.c}) that reads the amount from a file in the process's folder.
 */
public final class SkewedClock {
  private static final String LIBRARY = "skew.so";
  private static final String OFFSET = "skew.offset";

  private final Path file;

  private SkewedClock(Path file) {
    this.file = file;
  }

  public static SkewedClock of(Path processFolder) {
    return find(processFolder)
        .orElseThrow(() ->
            new IllegalStateException("started without a clock of its own: " + processFolder));
  }

  /** Empty where the process was started without one. */
  public static Optional<SkewedClock> find(Path processFolder) {
    return Optional.of(processFolder.toAbsolutePath().resolve(OFFSET))
        .filter(Files::exists)
        .map(SkewedClock::new);
  }

  /**
   * Compiles the library into the folder and answers what each process has to be started with. All
   * clocks are right at first.
   *
   * @throws IllegalStateException when there is no C compiler, or it fails
   */
  public static Function<Path, Map<String, String>> environments(Path folder) {
    Path library = CSourceCompiler.compile(folder, "skew.c", LIBRARY, "-shared", "-fPIC");
    return processFolder -> {
      Path file = processFolder.toAbsolutePath().resolve(OFFSET);
      write(file, Duration.ZERO);
      return Map.of("LD_PRELOAD", library.toString(), "DEPLOYCLAW_SKEW_FILE", file.toString());
    };
  }

  public void set(Duration offset) {
    write(file, offset);
  }

  public Duration offset() {
    return Failable.get(() -> {
      byte[] bytes = Files.readAllBytes(file);
      return Duration.ofNanos(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getLong());
    });
  }

  /** Never shortens the file, which may be mapped. */
  private static void write(Path file, Duration offset) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    bytes.putLong(offset.toNanos()).flip();
    Failable.run(() -> {
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        channel.write(bytes, 0);
      }
    });
  }
}
