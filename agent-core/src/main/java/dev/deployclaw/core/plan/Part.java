package dev.deployclaw.core.plan;

import java.util.function.Function;

/** A part of a compilation: what it came to, or why the whole ends here. */
sealed interface Part<T> {
  record Made<T>(T value) implements Part<T> {}

  record Stopped<T>(Compiled.Stop why) implements Part<T> {}

  static <T> Part<T> made(T value) {
    return new Made<>(value);
  }

  static <T> Part<T> unclear(String question) {
    return new Stopped<>(Compiled.Unclear.of(question));
  }

  static <T> Part<T> refused(String reason) {
    return new Stopped<>(new Compiled.Refused(reason));
  }

  static <T> Part<T> notCarriedOut(String what) {
    return refused(what + " isn't carried out by this version");
  }

  /** Goes on with the value, if there is one. */
  default <R> Part<R> then(Function<? super T, Part<R>> next) {
    return switch (this) {
      case Made<T>(T value) -> next.apply(value);
      case Stopped<T>(Compiled.Stop why) -> new Stopped<>(why);
    };
  }

  default <R> Part<R> map(Function<? super T, ? extends R> how) {
    return then(value -> made(how.apply(value)));
  }
}
