package dev.deployclaw.core.language.value;

import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Values of a request that belong together: one tenant or group, one place, and its setting.
 *
 * @param words all of it, in one form for the request and for a reading
 */
public record SaidChange(String words) {

  /** One for each tenant, label and group of a change. */
  public static List<SaidChange> of(Intent intent) {
    return intent.changes().stream().flatMap(c -> of(intent, c).stream()).toList();
  }

  private static List<SaidChange> of(Intent intent, RequestedChange change) {
    var whose = new ArrayList<String>(change.who().tenants());
    new TreeMap<>(change.who().labels()).forEach((key, value) -> whose.add(key + "=" + value));
    if (change.who().all()) {
      whose.add("all");
    }
    boolean named = !change.who().tenants().isEmpty();
    var left = change.who().except().stream().filter(e -> !named || whose.contains(e));
    String except = String.join(",", left.sorted().toList());
    String place =
        Stream.of(change.service(), change.route(), change.method(), change.limit())
            .map(part -> part.orElse("-"))
            .reduce((a, b) -> a + " " + b)
            .map(p -> p + change.limitWindowSeconds().map(w -> " of " + w).orElse(""))
            .orElse("");
    var operations = intent.operations();
    String verb = operations.size() > 1 ? intent.operationOf(change).word() + " " : "";
    String what =
        said(change.set())
            + change.scale().map(s -> " x" + s.stripTrailingZeros().toPlainString()).orElse("");
    String from = change.from().map(f -> " from " + f).orElse("");
    return (whose.isEmpty() ? List.of("-") : whose)
        .stream()
            .map(who -> who + (except.isEmpty() ? "" : " except " + except))
            .map(who -> new SaidChange((verb + who + " " + place + from + what).strip()))
            .toList();
  }

  private static String said(Settings set) {
    var out = new StringBuilder();
    set.requests().ifPresent(n -> out.append(" requests ").append(n));
    set.windowSeconds().ifPresent(s -> out.append(" window ").append(s));
    set.burst().ifPresent(b -> out.append(" burst ").append(b));
    set.algorithm().ifPresent(a -> out.append(' ').append(a.word()));
    set.mode().ifPresent(m -> out.append(' ').append(m.word()));
    set.onBackendFailure().ifPresent(f -> out.append(' ').append(f.word()));
    set.key().ifPresent(k -> k.forEach(part -> out.append(" per ").append(part.word())));
    return out.toString();
  }
}
