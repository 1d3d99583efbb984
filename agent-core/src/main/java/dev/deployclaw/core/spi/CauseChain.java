package dev.deployclaw.core.spi;

import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An error and its causes, the outermost first; a bounded number, for causes may form a ring. */
public final class CauseChain {
  private static final int DEEPEST = 16;

  private CauseChain() {}

  public static Stream<Throwable> of(@Nullable Throwable error) {
    return Stream.iterate(error, Objects::nonNull, e -> e == null ? null : e.getCause())
        .limit(DEEPEST)
        .map(Objects::requireNonNull);
  }
}
