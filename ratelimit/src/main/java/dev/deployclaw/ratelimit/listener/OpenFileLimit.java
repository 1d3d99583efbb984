package dev.deployclaw.ratelimit.listener;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** How many files, which connections are too, this process may have open. */
public final class OpenFileLimit {
  /** For the JVM, its jars, etcd, and Redis of the first event loop. */
  private static final int OTHERS = 256;

  /** For a further event loop: its own, and its connections to Redis. */
  private static final int OF_A_LOOP = 64;

  private static final int LEAST = 16;
  private static final Pattern LIMIT = Pattern.compile("(?m)^Max open files\\s+(\\d{1,9})\\s");

  private OpenFileLimit() {}

  /** As Linux says it; empty elsewhere, and where there is no limit. */
  public static OptionalInt limit() {
    try {
      var found = LIMIT.matcher(Files.readString(Path.of("/proc/self/limits")));
      return found.find() ? OptionalInt.of(Integer.parseInt(found.group(1))) : OptionalInt.empty();
    } catch (IOException e) {
      return OptionalInt.empty();
    }
  }

  /** The connections of each listener that fit: the wanted ones, or fewer. */
  public static int fitting(int wanted, int listeners, int loops, OptionalInt limit) {
    int most = wanted;
    int others = OTHERS + (loops - 1) * OF_A_LOOP;
    while (limit.isPresent()
        && most > LEAST
        && listeners * ConnectionCap.mostOpen(most) + others > limit.getAsInt()) {
      most = Math.max(LEAST, most * 9 / 10);
    }
    return most;
  }
}
