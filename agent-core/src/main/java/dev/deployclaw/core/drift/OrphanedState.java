package dev.deployclaw.core.drift;

import dev.deployclaw.core.drift.Discrepancy.Kind;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What members hold and nothing needs: an epoch that is newer than the committed one and belongs to
 * no change, fields of no epoch among the rules, and keys below a configuration store's prefix that
 * aren't ours. No member acts on it, and whose it is isn't known, so a repair leaves it. Pure.
 */
public final class OrphanedState {
  /** The most epochs or keys that a sentence names. */
  private static final int MOST_NAMED = 3;

  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
  private static final String EPOCH = "an epoch without a change in ";
  private static final List<String> KEEPING = List.of("gateway.scan", "configuration.scan");

  private final long committed;
  private final Set<Long> used;
  private final List<Discrepancy> found = new ArrayList<>();

  private OrphanedState(long committed, Set<Long> used) {
    this.committed = committed;
    this.used = used;
  }

  /**
   * @param looks outcomes by operation; of interest are {@code redis.scan}, {@code gateway.scan}
   *     and {@code configuration.scan}
   * @param committed epoch
   * @param used epochs of the open change, of held ones and of a candidate
   */
  public static List<Discrepancy> of(
      Map<String, CallOutcome> looks, long committed, Set<Long> used) {
    var left = new OrphanedState(committed, used);
    for (var node : RedisMeasurements.reports(looks, "redis.scan")) {
      left.rules(node);
    }
    for (String look : KEEPING) {
      for (var member : RedisMeasurements.reports(looks, look)) {
        left.places(member);
      }
    }
    return List.copyOf(left.found);
  }

  /** A node tells the epochs of its rules; a field of none stands under the empty word. */
  private void rules(MemberReport node) {
    var staged = named(node, "staged").keySet();
    add(
        node,
        EPOCH,
        staged.stream()
            .filter(this::nobodys)
            .map("fields %s:* of keys dc:{*}:policy:*"::formatted));
    add(
        node,
        "fields without an epoch in ",
        staged.stream().filter(String::isEmpty).map(_ -> "keys dc:{*}:policy:*"));
  }

  private void places(MemberReport member) {
    var places = new TreeMap<>(named(member, "kept"));
    places.keySet().removeIf(epoch -> !nobodys(epoch));
    add(member, EPOCH, places.values().stream().map(String::valueOf));
    var foreign = member.facts().get("foreign") instanceof List<?> keys ? keys : List.of();
    add(member, "a key that the agent didn't write: ", foreign.stream().map(String::valueOf));
  }

  private boolean nobodys(String epoch) {
    return NUMBER.matcher(epoch).matches()
        && Long.parseLong(epoch) > committed
        && !used.contains(Long.parseLong(epoch));
  }

  private void add(MemberReport report, String what, Stream<String> those) {
    var names = those.toList();
    if (!names.isEmpty()) {
      String named = names.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
      String more =
          names.size() > MOST_NAMED ? " and %d more".formatted(names.size() - MOST_NAMED) : "";
      found.add(
          new Discrepancy(
              Kind.EXTRA,
              report.member(),
              "holds " + what + named + more,
              "a repair doesn't touch it: remove it by hand"));
    }
  }

  private static Map<String, Object> named(MemberReport report, String fact) {
    var out = new TreeMap<String, Object>();
    if (report.facts().get(fact) instanceof Map<?, ?> map) {
      map.forEach((name, value) -> out.put(String.valueOf(name), value));
    }
    return out;
  }
}
