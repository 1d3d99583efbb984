package dev.deployclaw.core.compile;

import java.util.function.Function;

/** A part of a compilation: its result, or why the whole ends here. */
sealed interface CompilationStep<T> {
  record Made<T>(T value) implements CompilationStep<T> {}

  record Stopped<T>(CompilationResult.Stop why) implements CompilationStep<T> {}

  static <T> CompilationStep<T> made(T value) {
    return new Made<>(value);
  }

  static <T> CompilationStep<T> unclear(String question) {
    return new Stopped<>(CompilationResult.Unclear.of(question));
  }

  static <T> CompilationStep<T> refused(String reason) {
    return new Stopped<>(new CompilationResult.Refused(reason));
  }

  static <T> CompilationStep<T> notCarriedOut(String what) {
    return refused(what + " isn't supported by this version");
  }

  /** Goes on with the value, if there is one. */
  default <R> CompilationStep<R> then(Function<? super T, CompilationStep<R>> next) {
    return switch (this) {
      case Made<T>(T value) -> next.apply(value);
      case Stopped<T>(CompilationResult.Stop why) -> new Stopped<>(why);
    };
  }

  default <R> CompilationStep<R> map(Function<? super T, ? extends R> how) {
    return then(value -> made(how.apply(value)));
  }
}
