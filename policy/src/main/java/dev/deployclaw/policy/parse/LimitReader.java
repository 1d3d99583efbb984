package dev.deployclaw.policy.parse;

import dev.deployclaw.policy.document.DocumentCursor;
import dev.deployclaw.policy.document.DocumentFields;
import dev.deployclaw.policy.document.DocumentNode;
import dev.deployclaw.policy.document.DocumentValueReaders;
import dev.deployclaw.policy.document.QuotedText;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Reads one entry of {@code spec.limits}. */
final class LimitReader {
  static final Function<DocumentCursor, Optional<LimitAlgorithm>> ALGORITHM =
      DocumentValueReaders.oneOf(
          words(LimitAlgorithm.values(), LimitAlgorithm::word), LimitAlgorithm::ofWord);
  static final Function<DocumentCursor, Optional<EnforcementMode>> MODE =
      DocumentValueReaders.oneOf(
          words(EnforcementMode.values(), EnforcementMode::word), EnforcementMode::ofWord);
  static final Function<DocumentCursor, Optional<BackendFailureMode>> BACKEND_FAILURE =
      DocumentValueReaders.oneOf(
          words(BackendFailureMode.values(), BackendFailureMode::word), BackendFailureMode::ofWord);

  private static final List<String> KEYS =
      List.of(
          ("name match key algorithm requests window lease burst cost mode"
                  + " onBackendFailure precision")
              .split(" ", -1));

  private LimitReader() {}

  /** The limit, or nothing when a problem was reported. */
  static Optional<Limit> read(DocumentCursor spot) {
    int before = spot.problems().count();
    var in = DocumentFields.of(spot, KEYS);
    var name = in.required("name", DocumentValueReaders::label);
    var match = in.optional("match", LimitReader::match).orElse(RequestMatch.ANY);
    var key = in.optional("key", KeyPartSyntax::read).orElse(List.of());
    var algorithm = in.optional("algorithm", ALGORITHM).orElse(LimitAlgorithm.TOKEN_BUCKET);
    var requests =
        in.required("requests", DocumentValueReaders.whole(0, most(algorithm))).orElse(0L);
    var window = window(in, algorithm);
    var burst = in.optional("burst", DocumentValueReaders.whole(1)).orElse(Math.max(1, requests));
    var cost = in.optional("cost", DocumentValueReaders.whole(1)).orElse(1L);
    var mode = in.optional("mode", MODE).orElse(EnforcementMode.ENFORCE);
    var failure = in.optional("onBackendFailure", BACKEND_FAILURE);
    var precision = precision(in, algorithm);
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
            failure,
            precision));
  }

  private static long most(LimitAlgorithm algorithm) {
    return algorithm == LimitAlgorithm.CONCURRENCY ? Limit.MOST_AT_ONCE : Limit.MOST_REQUESTS;
  }

  /** The window, or with concurrency the lease. */
  private static Duration window(DocumentFields in, LimitAlgorithm algorithm) {
    if (algorithm == LimitAlgorithm.CONCURRENCY) {
      in.spot("window")
          .ifPresent(s -> s.refuse("a concurrency limit has no window", "leave window out"));
      return in.optional("lease", DocumentValueReaders.duration("lease", Limit.LONGEST_LEASE))
          .orElse(Limit.DEFAULT_LEASE);
    }
    in.spot("lease")
        .ifPresent(s -> s.refuse("only a concurrency limit has a lease", "leave lease out"));
    return in.required("window", DocumentValueReaders.duration("window", Limit.LONGEST_WINDOW))
        .orElse(Duration.ZERO);
  }

  private static LimitPrecision precision(DocumentFields in, LimitAlgorithm algorithm) {
    if (algorithm == LimitAlgorithm.CONCURRENCY) {
      in.spot("precision")
          .ifPresent(s ->
              s.refuse("a concurrency limit can't be leased", "leave precision out: it is exact"));
      return LimitPrecision.EXACT;
    }
    return in.optional("precision", LimitReader::leased)
        .map(LimitPrecision::leased)
        .orElse(LimitPrecision.EXACT);
  }

  private static Optional<Duration> leased(DocumentCursor spot) {
    return DocumentFields.of(spot, List.of("leased"))
        .required("leased", DocumentValueReaders::lease);
  }

  private static Optional<RequestMatch> match(DocumentCursor spot) {
    var in = DocumentFields.of(spot, List.of("service", "route", "method"));
    var service = in.optional("service", unlessAny(DocumentValueReaders::label));
    var route = in.optional("route", DocumentValueReaders::route);
    var method = in.optional("method", unlessAny(DocumentValueReaders::method));
    return Optional.of(new RequestMatch(service, route, method));
  }

  /** Reads {@code *} as if the field weren't there. */
  private static Function<DocumentCursor, Optional<String>> unlessAny(
      Function<DocumentCursor, Optional<String>> reader) {
    return spot ->
        spot.node() instanceof DocumentNode.Scalar s && s.text().equals("*")
            ? Optional.empty()
            : reader.apply(spot);
  }

  private static <E> List<String> words(E[] values, Function<E, String> word) {
    return Arrays.stream(values).map(word).toList();
  }

  /** How the parts of a counter's key are written: client-address, or header:NAME. */
  private static final class KeyPartSyntax {
    static final int MOST = 4;

    /**
     * The key; {@code tenant} may be written and adds nothing, since every counter is a tenant's.
     */
    static Optional<List<CounterKeyPart>> read(DocumentCursor spot) {
      var parts = new ArrayList<CounterKeyPart>();
      for (var item : spot.items(MOST, "for example [client-address]")) {
        var part =
            item.word(CounterKeyPart.CLIENT_ADDRESS)
                .filter(w -> !w.equals("tenant"))
                .flatMap(w -> part(item, w));
        if (part.isPresent() && parts.contains(part.get())) {
          item.refuse("given twice", "keep one of the two");
        } else {
          part.ifPresent(parts::add);
        }
      }
      return Optional.of(parts);
    }

    private static Optional<CounterKeyPart> part(DocumentCursor item, String word) {
      var part = CounterKeyPart.ofWord(word);
      if (part.isPresent()) {
        return part;
      }
      if (!word.startsWith(CounterKeyPart.HEADER)) {
        String remedy = "one of tenant, client-address, header:NAME";
        return item.refuse("unknown word " + QuotedText.shortly(word), remedy);
      }
      String name = word.substring(CounterKeyPart.HEADER.length()).toLowerCase(Locale.ROOT);
      return item.refuse(
          "not a header name: " + QuotedText.shortly(name), "for example header:x-plan");
    }
  }
}
