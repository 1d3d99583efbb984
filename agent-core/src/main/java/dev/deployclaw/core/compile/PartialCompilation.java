package dev.deployclaw.core.compile;

import java.util.function.Function;

/** A part of a compilation: what it came to, or why the whole ends here. */
sealed interface PartialCompilation<T> {
  record Made<T>(T value) implements PartialCompilation<T> {}

  record Stopped<T>(CompilationResult.Stop why) implements PartialCompilation<T> {}

  static <T> PartialCompilation<T> made(T value) {
    return new Made<>(value);
  }

  static <T> PartialCompilation<T> unclear(String question) {
    return new Stopped<>(CompilationResult.Unclear.of(question));
  }

  static <T> PartialCompilation<T> refused(String reason) {
    return new Stopped<>(new CompilationResult.Refused(reason));
  }

  static <T> PartialCompilation<T> notCarriedOut(String what) {
    return refused(what + " isn't carried out by this version");
  }

  /** Goes on with the value, if there is one. */
  default <R> PartialCompilation<R> then(Function<? super T, PartialCompilation<R>> next) {
    return switch (this) {
      case Made<T>(T value) -> next.apply(value);
      case Stopped<T>(CompilationResult.Stop why) -> new Stopped<>(why);
    };
  }

  default <R> PartialCompilation<R> map(Function<? super T, ? extends R> how) {
    return then(value -> made(how.apply(value)));
  }
}
