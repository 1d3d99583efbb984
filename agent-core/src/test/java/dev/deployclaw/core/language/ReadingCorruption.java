package dev.deployclaw.core.language;

import dev.deployclaw.core.language.interpreter.CheckedInterpreter;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskOperation;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Spoils a right reading, mechanically, in each way that fits it. */
final class ReadingCorruption {
  private static final List<String> CONDITIONS =
      List.of(
          " unless they complain",
          " per user",
          ", but only on weekends",
          ", maybe",
          ", except on holidays",
          " once the migration is over",
          ", and leave the others out only if it rains",
          " starting at some point");
  private static final List<String> TIMES =
      List.of(" until Friday 18:00", " for the next 12 hours", ", from tomorrow 9am");
  private static final Map<String, String> OPPOSITES =
      Map.of(
          "block", "unblock",
          "unblock", "block",
          "remove-limit", "block",
          "check-drift", "repair-drift",
          "validate", "apply-policies",
          "snapshot", "apply-policies");

  private static final Map<String, String> PARTS =
      Map.of("block", "unblock", "unblock", "block", "set-limit", "remove-limit");

  private final String request;
  private final Intent right;
  private final NameInventory names;
  private final List<Corrupted> out = new ArrayList<>();

  private ReadingCorruption(String request, Intent right, NameInventory names) {
    this.request = request;
    this.right = right;
    this.names = names;
  }

  /**
   * A reading of a request that isn't the right one any more.
   *
   * @param unused what the reader claims to have no use for
   */
  record Corrupted(String kind, String request, Intent intent, List<String> unused) {
    Corrupted(String kind, String request, Intent intent) {
      this(kind, request, intent, List.of());
    }
  }

  static List<Corrupted> of(String request, Intent right, NameInventory names) {
    var maker = new ReadingCorruption(request, right, names);
    String operation = right.operation().word();
    Optional.ofNullable(OPPOSITES.get(operation))
        .ifPresent(
            other -> maker.add(operation + " for " + other, map -> map.put("operation", other)));
    for (int i = 0; i < right.changes().size(); i++) {
      maker.who(i);
      maker.where(i);
      maker.values(i);
    }
    maker.changes();
    maker.guards();
    maker.schedule();
    maker.conditions();
    return maker.out;
  }

  private void add(String kind, Consumer<Map<String, Object>> how) {
    var map = copy(IntentJson.of(right));
    how.accept(map);
    var intent = IntentJsonReader.read(map);
    if (!CheckedInterpreter.same(intent, right)) {
      out.add(new Corrupted(kind, request, intent));
    }
  }

  private void change(String kind, int i, Consumer<Map<String, Object>> how) {
    add(kind, map -> how.accept(part(list(map, "changes").get(i))));
  }

  private void who(int i) {
    var who = right.changes().get(i).who();
    var stranger = names.tenants().keySet().stream().filter(t -> !right.names(t)).findFirst();
    if (!who.tenants().isEmpty()) {
      stranger.ifPresent(t -> {
        change("extra tenant", i, c -> list(c, "tenants").add(t));
        change("another tenant", i, c -> c.put("tenants", List.of(t)));
      });
      change("everybody for a tenant", i, c -> everybody(c, "tenants"));
    }
    if (who.tenants().size() > 1) {
      change("dropped tenant", i, c -> list(c, "tenants").removeFirst());
    }
    if (!who.except().isEmpty()) {
      change("dropped exception", i, c -> c.remove("except"));
    }
    if (!who.labels().isEmpty()) {
      change("everybody for a label", i, c -> everybody(c, "labels"));
    }
    if (right.changes().get(i).from().isPresent() && who.tenants().size() == 1) {
      change("copied the other way", i, c -> turn(c, who.tenants().getFirst()));
    }
  }

  private static void everybody(Map<String, Object> change, String instead) {
    change.remove(instead);
    change.put("all", true);
  }

  private static void turn(Map<String, Object> change, String to) {
    change.put("tenants", List.of(String.valueOf(change.put("from", to))));
  }

  private void where(int i) {
    var c = right.changes().get(i);
    for (String part : List.of("service", "route", "method", "limit", "limitWindowSeconds")) {
      if (IntentJson.of(right).toString().contains(part + "=")) {
        change("dropped " + part, i, map -> map.remove(part));
      }
    }
    c.limitWindowSeconds()
        .ifPresent(w -> change("another limit window", i, m -> m.put("limitWindowSeconds", w + 1)));
    if (right.operations().size() > 1) {
      String operation = right.operationOf(c).word();
      change(
          "operation of a part",
          i,
          m -> m.put("operation", PARTS.getOrDefault(operation, "block")));
    }
    names.services().stream()
        .filter(s -> c.service().isPresent())
        .filter(s -> right.changes().stream().noneMatch(x -> x.service().equals(Optional.of(s))))
        .findFirst()
        .ifPresent(s -> change("another service", i, map -> map.put("service", s)));
  }

  private void values(int i) {
    var c = right.changes().get(i);
    var set = c.set();
    set.requests().ifPresent(n -> change("value edited", i, m -> set(m).put("requests", n * 10)));
    set.requests()
        .ifPresent(n -> change("value off by one", i, m -> set(m).put("requests", n + 1)));
    set.windowSeconds()
        .ifPresent(
            w -> change("window edited", i, m -> set(m).put("windowSeconds", w == 60 ? 1 : 60)));
    set.mode()
        .ifPresent(mode -> {
          String other = mode.word().equals("shadow") ? "enforce" : "shadow";
          change("mode turned round", i, m -> set(m).put("mode", other));
        });
    set.key()
        .ifPresent(
            k -> change("another key", i, m -> set(m).put("key", List.of("header:x-other"))));
    if (set.requests().isPresent() && set.key().isEmpty()) {
      change("invented key", i, m -> set(m).put("key", List.of("client-address")));
    }
    for (String part : List.of("burst", "algorithm", "mode", "onBackendFailure", "key")) {
      if (set(part(list(copy(IntentJson.of(right)), "changes").get(i))).size() > 1) {
        change("dropped " + part, i, m -> set(m).remove(part));
      }
    }
    c.scale()
        .ifPresent(x -> {
          var turned = BigDecimal.valueOf(2).subtract(x);
          var other =
              turned.signum() > 0 ? turned : BigDecimal.ONE.divide(x, MathContext.DECIMAL32);
          change("raised for cut", i, m -> m.put("scale", other));
        });
  }

  private static Map<String, Object> set(Map<String, Object> change) {
    return change.containsKey("set") ? part(change.get("set")) : new LinkedHashMap<>();
  }

  private void changes() {
    if (right.changes().size() < 2) {
      return;
    }
    add("dropped change", map -> list(map, "changes").removeFirst());
    add("tenants swapped", map -> swap(list(map, "changes"), "tenants"));
    add("values swapped", map -> swap(list(map, "changes"), "set"));
    add("services swapped", map -> swap(list(map, "changes"), "service"));
    add(
        "number of another clause",
        map -> {
          var all = list(map, "changes");
          Optional.ofNullable(part(all.get(1)).get("set"))
              .ifPresent(s -> part(all.getFirst()).put("set", s));
        });
  }

  private static void swap(List<Object> changes, String key) {
    var first = part(changes.getFirst());
    var second = part(changes.get(1));
    var one = first.get(key);
    var two = second.get(key);
    if (one != null && two != null) {
      first.put(key, two);
      second.put(key, one);
    }
  }

  private void guards() {
    for (String guard : List.of("approval", "dryRun", "bakeSeconds", "maxP99Millis")) {
      add("dropped " + guard, map -> part(map.get("guards")).remove(guard));
    }
    add(
        "dropped canary",
        map ->
            part(map.get("guards")).keySet().removeAll(List.of("canaryPercent", "widenPercent")));
    add("dropped widening", map -> part(map.get("guards")).remove("widenPercent"));
    right
        .guards()
        .widenPercent()
        .forEach(p ->
            add(
                "widening edited",
                map -> part(map.get("guards")).put("widenPercent", List.of(99))));
    add("invented dry run", map -> part(map.get("guards")).put("dryRun", true));
    add("invented approval", map -> part(map.get("guards")).putIfAbsent("approval", "auto"));
  }

  private void schedule() {
    var schedule = right.schedule();
    add("dropped start", map -> part(map.get("schedule")).remove("startAt"));
    add(
        "dropped end",
        map ->
            part(map.get("schedule"))
                .keySet()
                .removeAll(List.of("revertAt", "revertAfterSeconds")));
    schedule
        .revertAfterSeconds()
        .ifPresent(n ->
            add(
                "length edited",
                map -> part(map.get("schedule")).put("revertAfterSeconds", n * 2)));
    schedule
        .startAt()
        .ifPresent(at -> {
          String later = OffsetDateTime.parse(at).plusHours(1).toString();
          add("start edited", map -> part(map.get("schedule")).put("startAt", later));
        });
  }

  /** The reading stays, and the request says more than it. */
  private void conditions() {
    if (!right.operation().changes()) {
      return;
    }
    String bare = request.strip().replaceAll("[.!?]+$", "");
    CONDITIONS.forEach(more -> out.add(new Corrupted("dropped condition", bare + more, right)));
    if (!right.schedule().ends() && right.operation() != TaskOperation.ROLLBACK) {
      TIMES.forEach(more -> out.add(new Corrupted("dropped time", bare + more, right)));
    }
    names.tenants().keySet().stream()
        .filter(t -> !right.names(t))
        .findFirst()
        .ifPresent(t -> sentences(t).forEach(more -> unused(bare, more)));
    figures(bare);
    waits(bare);
    var guards = right.guards();
    if (!guards.manual()) {
      unused(bare, "It must not go live before I have approved it.");
      unused(bare, "It was agreed that it waits for my approval.");
    }
    if (!guards.dryRun()) {
      unused(bare, "(dry run)");
    }
    if (guards.canaryPercent().isEmpty()) {
      unused(bare, "Roll it out to 10% first.");
    }
  }

  /** A correction is dropped; a figure of the past is taken for the one that is ordered. */
  private void figures(String bare) {
    boolean rate =
        right.changes().size() == 1
            && right.changes().getFirst().set().requests().isPresent()
            && right.changes().getFirst().set().windowSeconds().isPresent();
    if (!rate) {
      return;
    }
    unused(bare, "Sorry, make that 7777 requests per second.");
    unused(bare, "EDIT: 7777 rps, I had the wrong number.");
    var map = copy(IntentJson.of(right));
    set(part(list(map, "changes").getFirst())).putAll(Map.of("requests", 7777, "windowSeconds", 1));
    String told = bare + ". They were at 7777 rps last year.";
    out.add(new Corrupted("figure of the past", told, IntentJsonReader.read(map)));
  }

  /** Orders and guards in a sentence of their own, some beside something that tells. */
  private List<String> sentences(String stranger) {
    String service = names.services().stream().findFirst().orElseThrow();
    return List.of(
        "Block " + stranger + ", too.",
        stranger + " gets 30 rps on " + service + ".",
        "They were slow, so " + stranger + " " + service + " went to 30 rps please.",
        "Legal said it ends on Friday at 18:00.",
        "They had errors, roll back if p99 is over 300 ms.",
        "We did this with a canary of 5%, do the same.",
        "That was for the next 12 hours.",
        "(Only if they paid.)",
        "We had an exception for " + stranger + ", keep it.",
        "Unless they object.",
        "It stays as it was on weekends.",
        "And " + stranger + " as well.",
        "Then back to the old limit on Friday at 18:00.",
        "They used to be blocked; keep it that way.",
        "Bob told us not to.",
        "We can do that once they have paid.",
        "After the release of the 24th.",
        "Legal wants us to block " + stranger + ".",
        "Leave each step alone for 15 minutes.",
        "Then " + stranger + ".",
        "The block on " + stranger + " can be lifted.",
        "And let them in again on Monday at 09:00.",
        "If p99 climbs above 25 ms it has to be pulled back by itself.");
  }

  /** A wait says nothing more of what waits or is only tried; a pot, of what isn't a limit. */
  private void waits(String bare) {
    var guards = right.guards();
    if (!guards.dryRun()) {
      unused(bare, "It would be good to know what it would mean if we did this.");
    }
    if (!guards.dryRun() && !guards.manual()) {
      unused(bare, "I'll say when it can go live.");
      unused(bare, "Before we do anything, Jane looks at it.");
      unused(bare, "I'll tell you on Tuesday whether we do it.");
    }
    if (right.operation() == TaskOperation.SET_LIMIT) {
      unused(bare, "All services counted together.");
    }
  }

  private void unused(String bare, String more) {
    String kind = "another sentence called unused";
    out.add(new Corrupted(kind, bare + ". " + more, right, List.of(more)));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> part(@Nullable Object value) {
    return (Map<String, Object>) Objects.requireNonNull(value);
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Map<String, Object> map, String key) {
    return (List<Object>) map.getOrDefault(key, new ArrayList<>());
  }

  private static Map<String, Object> copy(Map<String, Object> map) {
    var out = new LinkedHashMap<String, Object>();
    map.forEach((key, value) -> out.put(key, deep(value)));
    return out;
  }

  private static Object deep(Object value) {
    return switch (value) {
      case Map<?, ?> map -> copy(part(map));
      case List<?> list -> new ArrayList<>(list.stream().map(ReadingCorruption::deep).toList());
      default -> value;
    };
  }
}
