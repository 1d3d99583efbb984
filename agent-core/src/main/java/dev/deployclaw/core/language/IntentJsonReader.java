package dev.deployclaw.core.language;

import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Grounding;
import dev.deployclaw.core.task.Intent.Guards;
import dev.deployclaw.core.task.Intent.Schedule;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.LimitAlgorithm;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads an intent back from JSON-like maps, strictly: an unknown key, a missing part or a value of
 * the wrong kind throws {@link IllegalArgumentException} with the key.
 */
public final class IntentJsonReader {
  private static final Set<String> INTENT =
      Set.of("operation", "target", "changes", "guards", "schedule", "grounding");
  private static final Set<String> CHANGE =
      Set.of(
          ("operation tenants labels all except service route method limit limitWindowSeconds set"
                  + " scale from")
              .split(" ", -1));
  private static final Set<String> SET =
      Set.of("requests", "windowSeconds", "burst", "algorithm", "mode", "onBackendFailure", "key");
  private static final Set<String> GUARDS =
      Set.of("approval", "dryRun", "canaryPercent", "widenPercent", "bakeSeconds", "maxP99Millis");
  private static final Set<String> SCHEDULE = Set.of("startAt", "revertAfterSeconds", "revertAt");
  private static final Set<String> GROUNDING = Set.of("value", "from", "to", "rule");

  private final Map<?, ?> map;

  private IntentJsonReader(@Nullable Object value, Set<String> keys) {
    if (!(value instanceof Map<?, ?> read)) {
      throw new IllegalArgumentException("not an object: " + value);
    }
    for (Object key : read.keySet()) {
      if (!(key instanceof String) || !keys.contains(key)) {
        throw new IllegalArgumentException("unknown key: " + key);
      }
    }
    this.map = read;
  }

  public static Intent read(Map<String, ?> json) {
    var in = new IntentJsonReader(json, INTENT);
    return new Intent(
        in.word("operation", TaskOperation::ofWord).orElseThrow(() -> missing("operation")),
        in.text("target"),
        in.list("changes").stream().map(IntentJsonReader::change).toList(),
        in.map.containsKey("guards") ? guards(in.map.get("guards")) : Guards.NONE,
        in.map.containsKey("schedule") ? schedule(in.map.get("schedule")) : Schedule.NONE,
        in.list("grounding").stream().map(IntentJsonReader::grounding).toList());
  }

  private static RequestedChange change(@Nullable Object json) {
    var in = new IntentJsonReader(json, CHANGE);
    var labels = new TreeMap<String, String>();
    if (in.map.get("labels") instanceof Map<?, ?> read) {
      read.forEach((key, value) -> labels.put(string(key), string(value)));
    }
    return new RequestedChange(
        new Who(in.texts("tenants"), labels, in.flag("all"), in.texts("except")),
        in.text("service"),
        in.text("route"),
        in.text("method"),
        in.text("limit"),
        in.number("limitWindowSeconds"),
        in.map.containsKey("set") ? settings(in.map.get("set")) : Settings.NONE,
        in.scale(),
        in.text("from"),
        in.word("operation", TaskOperation::ofWord));
  }

  private static Settings settings(@Nullable Object json) {
    var in = new IntentJsonReader(json, SET);
    return new Settings(
        in.number("requests"),
        in.number("windowSeconds"),
        in.number("burst"),
        in.word("algorithm", LimitAlgorithm::ofWord),
        in.word("mode", EnforcementMode::ofWord),
        in.word("onBackendFailure", BackendFailureMode::ofWord),
        in.map.containsKey("key") ? Optional.of(in.key()) : Optional.empty());
  }

  private List<CounterKeyPart> key() {
    return texts("key").stream()
        .map(word ->
            CounterKeyPart.ofWord(word)
                .orElseThrow(() -> new IllegalArgumentException("unknown key: " + word)))
        .toList();
  }

  private static Guards guards(@Nullable Object json) {
    var in = new IntentJsonReader(json, GUARDS);
    return new Guards(
        in.text("approval").map(a -> Guards.Approval.valueOf(a.toUpperCase(Locale.ROOT))),
        in.flag("dryRun"),
        in.number("canaryPercent").map(Math::toIntExact),
        in.list("widenPercent").stream().map(IntentJsonReader::percent).toList(),
        in.number("bakeSeconds"),
        in.number("maxP99Millis"));
  }

  private static int percent(@Nullable Object value) {
    return switch (value) {
      case Integer n -> n;
      case Long n -> Math.toIntExact(n);
      case null, default ->
          throw new IllegalArgumentException("widenPercent isn't whole numbers: " + value);
    };
  }

  private static Schedule schedule(@Nullable Object json) {
    var in = new IntentJsonReader(json, SCHEDULE);
    return new Schedule(in.text("startAt"), in.number("revertAfterSeconds"), in.text("revertAt"));
  }

  private static Grounding grounding(@Nullable Object json) {
    var in = new IntentJsonReader(json, GROUNDING);
    return new Grounding(
        in.text("value").orElseThrow(() -> missing("value")),
        in.number("from").map(Math::toIntExact).orElseThrow(() -> missing("from")),
        in.number("to").map(Math::toIntExact).orElseThrow(() -> missing("to")),
        in.text("rule").orElseThrow(() -> missing("rule")));
  }

  private Optional<String> text(String key) {
    return map.containsKey(key) ? Optional.of(string(map.get(key))) : Optional.empty();
  }

  private <T> Optional<T> word(String key, Function<String, Optional<T>> known) {
    return text(key)
        .map(word ->
            known
                .apply(word)
                .orElseThrow(() -> new IllegalArgumentException("unknown " + key + ": " + word)));
  }

  private Optional<Long> number(String key) {
    return switch (map.get(key)) {
      case null -> Optional.empty();
      case Integer n -> Optional.of(n.longValue());
      case Long n -> Optional.of(n);
      case Object other ->
          throw new IllegalArgumentException(key + " isn't a whole number: " + other);
    };
  }

  /** A decimal number, or the fraction of the canonical form. */
  private Optional<BigDecimal> scale() {
    return switch (map.get("scale")) {
      case null -> Optional.empty();
      case String fraction when fraction.matches("\\d+/\\d+") -> {
        var parts = fraction.split("/", -1);
        yield Optional.of(new BigDecimal(parts[0]).divide(new BigDecimal(parts[1])));
      }
      case Number number -> Optional.of(new BigDecimal(number.toString()));
      case Object other -> throw new IllegalArgumentException("scale isn't a number: " + other);
    };
  }

  private boolean flag(String key) {
    return switch (map.get(key)) {
      case null -> false;
      case Boolean b -> b;
      case Object other ->
          throw new IllegalArgumentException(key + " is neither true nor false: " + other);
    };
  }

  private List<String> texts(String key) {
    return list(key).stream().map(IntentJsonReader::string).toList();
  }

  private List<?> list(String key) {
    return switch (map.get(key)) {
      case null -> List.of();
      case List<?> list -> new ArrayList<>(list);
      case Object other -> throw new IllegalArgumentException(key + " isn't a list: " + other);
    };
  }

  private static String string(@Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("not text: " + value);
  }

  private static IllegalArgumentException missing(String key) {
    return new IllegalArgumentException("missing: " + key);
  }
}
