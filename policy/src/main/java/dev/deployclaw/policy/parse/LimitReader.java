package dev.deployclaw.policy.parse;

import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import dev.deployclaw.policy.model.Mode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads one entry of {@code spec.limits}. */
final class LimitReader {
  static final Function<Spot, Optional<Algorithm>> ALGORITHM =
      Values.oneOf(words(Algorithm.values(), Algorithm::word), Algorithm::ofWord);
  static final Function<Spot, Optional<Mode>> MODE =
      Values.oneOf(words(Mode.values(), Mode::word), Mode::ofWord);
  static final Function<Spot, Optional<BackendFailure>> BACKEND_FAILURE =
      Values.oneOf(words(BackendFailure.values(), BackendFailure::word), BackendFailure::ofWord);

  private static final List<String> KEYS =
      List.of(
          "name",
          "match",
          "key",
          "algorithm",
          "requests",
          "window",
          "lease",
          "burst",
          "cost",
          "mode",
          "onBackendFailure");

  private LimitReader() {}

  /** The limit, or nothing when a problem was reported. */
  static Optional<Limit> read(Spot spot) {
    int before = spot.problems().count();
    var in = Fields.of(spot, KEYS);
    var name = in.required("name", Values::label);
    var match = in.optional("match", LimitReader::match).orElse(Match.ANY);
    var key = in.optional("key", KeyParts::read).orElse(List.of());
    var algorithm = in.optional("algorithm", ALGORITHM).orElse(Algorithm.TOKEN_BUCKET);
    var requests = in.required("requests", Values.whole(0, most(algorithm))).orElse(0L);
    var window = window(in, algorithm);
    var burst = in.optional("burst", Values.whole(1)).orElse(Math.max(1, requests));
    var cost = in.optional("cost", Values.whole(1)).orElse(1L);
    var mode = in.optional("mode", MODE).orElse(Mode.ENFORCE);
    var failure = in.optional("onBackendFailure", BACKEND_FAILURE);
    if (spot.problems().count() > before) {
      return Optional.empty();
    }
    return Optional.of(
        new Limit(
            name.orElseThrow(),
            match,
            key,
            algorithm,
            requests,
            window,
            burst,
            cost,
            mode,
            failure));
  }

  private static long most(Algorithm algorithm) {
    return algorithm == Algorithm.CONCURRENCY ? Limit.MOST_AT_ONCE : Limit.MOST_REQUESTS;
  }

  /** The window, or with concurrency the lease. */
  private static Duration window(Fields in, Algorithm algorithm) {
    if (algorithm == Algorithm.CONCURRENCY) {
      in.spot("window")
          .ifPresent(s -> s.refuse("a concurrency limit has no window", "leave window out"));
      return in.optional("lease", Values.duration("lease", Limit.LONGEST_LEASE))
          .orElse(Limit.DEFAULT_LEASE);
    }
    in.spot("lease")
        .ifPresent(s -> s.refuse("only a concurrency limit has a lease", "leave lease out"));
    return in.required("window", Values.duration("window", Limit.LONGEST_WINDOW))
        .orElse(Duration.ZERO);
  }

  private static Optional<Match> match(Spot spot) {
    var in = Fields.of(spot, List.of("service", "route", "method"));
    var service = in.optional("service", unlessAny(Values::label));
    var route = in.optional("route", Values::route);
    var method = in.optional("method", unlessAny(Values::method));
    return Optional.of(new Match(service, route, method));
  }

  /** Reads {@code *} as if the field weren't there. */
  private static Function<Spot, Optional<String>> unlessAny(
      Function<Spot, Optional<String>> reader) {
    return spot ->
        spot.node() instanceof Node.Scalar s && s.text().equals("*")
            ? Optional.empty()
            : reader.apply(spot);
  }

  private static <E> List<String> words(E[] values, Function<E, String> word) {
    return Arrays.stream(values).map(word).toList();
  }
}
