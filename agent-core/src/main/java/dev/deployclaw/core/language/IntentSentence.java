package dev.deployclaw.core.language;

import dev.deployclaw.core.task.Intent;
import dev.deployclaw.policy.text.TerminalSafeText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An intent as one sentence of ours, in words that the grammar reads. It is made from the printed
 * form, and what it has no words for is added as that form has it: nothing is left out. Pure.
 */
public final class IntentSentence {
  private static final Map<String, String> UNITS =
      Map.of("1", "second", "60", "minute", "3600", "hour", "86400", "day");
  private static final String CONCURRENCY = "concurrency";

  private final List<String> parts = new ArrayList<>();

  private IntentSentence() {}

  public static String of(Intent intent) {
    return TerminalSafeText.line(new IntentSentence().whole(IntentJson.of(intent)));
  }

  /** The same for a person, who is told which names the request spells in another way. */
  public static String shown(Intent intent) {
    var names = intent.corrected();
    return names.isEmpty()
        ? of(intent)
        : of(intent) + " (the request spells otherwise: " + String.join(", ", names) + ")";
  }

  private String whole(Map<String, Object> intent) {
    String operation = taken(intent, "operation").orElse("");
    var changes = list(intent.remove("changes"));
    for (Object change : changes) {
      parts.add(change(operation, copy(change)));
    }
    if (changes.isEmpty()) {
      String all = operation.equals("apply-policies") ? " all tenants" : "";
      parts.add(
          verb(operation) + all + taken(intent, "target").map(t -> " " + named(t)).orElse(""));
    }
    var out = new ArrayList<String>();
    out.add(String.join("; ", parts));
    var schedule = copy(intent.remove("schedule"));
    taken(schedule, "startAt").ifPresent(t -> out.add("from " + t));
    taken(schedule, "revertAt").ifPresent(t -> out.add("until " + t));
    taken(schedule, "revertAfterSeconds").ifPresent(t -> out.add("for " + t + " seconds"));
    guards(copy(intent.remove("guards")), out);
    Stream.of(schedule, intent).forEach(rest -> rest(rest).ifPresent(out::add));
    return String.join(" ", out).replace(" ,", ",");
  }

  private static String change(String operation, Map<String, Object> change) {
    var set = copy(change.remove("set"));
    String what = taken(change, "operation").orElse(operation);
    String from = taken(change, "from").map(f -> " " + f + " to").orElse("");
    String who = who(change);
    var out = new ArrayList<String>();
    out.add(verb(what) + from + (who.isEmpty() ? "" : " " + who));
    taken(change, "service").ifPresent(s -> out.add("on " + s));
    String route =
        Stream.of("method", "route")
            .flatMap(p -> taken(change, p).stream())
            .collect(Collectors.joining(" "));
    if (!route.isEmpty()) {
      out.add("on " + route);
    }
    taken(change, "limit").ifPresent(l -> out.add("limit " + l));
    taken(change, "limitWindowSeconds")
        .ifPresent(w -> out.add("in the limit per " + UNITS.getOrDefault(w, w + " seconds")));
    taken(change, "scale").ifPresent(s -> out.add("by a factor of " + s));
    settings(set, out);
    Stream.of(set, change).forEach(rest -> rest(rest).ifPresent(out::add));
    return String.join(" ", out);
  }

  private static String verb(String operation) {
    return switch (operation) {
      case "set-limit", "set-mode" -> "set";
      case "scale-limit" -> "scale";
      case "remove-limit" -> "remove the limit of";
      case "copy-policy" -> "copy the policy of";
      case "apply-policies" -> "apply the policies of";
      case "check-drift" -> "check for drift";
      case "repair-drift" -> "repair the drift";
      case "resolve-conflicts" -> "resolve conflicting windows of";
      case "rollback" -> "roll back";
      case "snapshot" -> "take a snapshot";
      default -> operation;
    };
  }

  private static String named(String target) {
    return target.equals("last") ? "the last change" : target;
  }

  private static String who(Map<String, Object> change) {
    var whom =
        new ArrayList<String>(
            list(change.remove("tenants")).stream().map(String::valueOf).toList());
    var labels = copy(change.remove("labels"));
    if (!labels.isEmpty()) {
      var all = labels.entrySet().stream().map(l -> " in " + l.getKey() + " " + l.getValue());
      String first = labels.entrySet().iterator().next().toString();
      whom.add("all " + first + " tenants" + all.skip(1).collect(Collectors.joining()));
    }
    if (change.remove("all") != null) {
      whom.add("all tenants");
    }
    var except = list(change.remove("except")).stream().map(String::valueOf).toList();
    return and(whom) + (except.isEmpty() ? "" : " except " + and(except));
  }

  private static String and(List<String> names) {
    int last = names.size() - 1;
    return last < 1
        ? String.join("", names)
        : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
  }

  private static void settings(Map<String, Object> set, List<String> out) {
    boolean atOnce = CONCURRENCY.equals(set.get("algorithm"));
    if (atOnce) {
      set.remove("algorithm");
    }
    var requests = taken(set, "requests");
    var window = taken(set, "windowSeconds");
    requests.ifPresent(n -> {
      String per = window.map(w -> " per " + UNITS.getOrDefault(w, w + " seconds")).orElse("");
      out.add("to " + n + (atOnce ? " concurrent requests" : " requests" + per));
    });
    if (requests.isEmpty() || atOnce) {
      window.ifPresent(w -> out.add("with a window of " + w + " seconds"));
    }
    var key = list(set.remove("key")).stream().map(String::valueOf).toList();
    if (!key.isEmpty()) {
      out.add("per " + and(key));
    }
    taken(set, "burst").ifPresent(b -> out.add("with a burst of " + b));
    taken(set, "algorithm").ifPresent(a -> out.add("as " + a.replace('-', ' ')));
    taken(set, "mode").ifPresent(m -> out.add("to " + m + " mode"));
    taken(set, "onBackendFailure")
        .ifPresent(f -> out.add("fail " + (f.equals("allow") ? "open" : "closed")));
  }

  private static void guards(Map<String, Object> guards, List<String> out) {
    if (guards.remove("dryRun") != null) {
      out.add("as a dry run");
    }
    taken(guards, "canaryPercent")
        .ifPresent(first -> {
          var wider = list(guards.remove("widenPercent"));
          var then = wider.stream().map(p -> " then " + p + "%").collect(Collectors.joining());
          out.add("with a canary of " + first + "%" + then);
        });
    taken(guards, "bakeSeconds").ifPresent(s -> out.add(", bake " + s + " seconds"));
    taken(guards, "maxP99Millis")
        .ifPresent(m -> out.add(", roll back if p99 exceeds " + m + " ms"));
    taken(guards, "approval")
        .ifPresent(
            a -> out.add(a.equals("manual") ? "with manual approval" : "with automatic approval"));
    rest(guards).ifPresent(out::add);
  }

  /** What has no words here. */
  private static Optional<String> rest(Map<String, Object> map) {
    return map.isEmpty() ? Optional.empty() : Optional.of("with " + new TreeMap<>(map));
  }

  private static Optional<String> taken(Map<String, Object> map, String key) {
    return Optional.ofNullable(map.remove(key))
        .map(v -> v instanceof BigDecimal n ? n.toPlainString() : String.valueOf(v));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> copy(@Nullable Object map) {
    return map == null ? new LinkedHashMap<>() : new LinkedHashMap<>((Map<String, Object>) map);
  }

  private static List<?> list(@Nullable Object list) {
    return list instanceof List<?> read ? read : List.of();
  }
}
