package dev.deployclaw.core.drift;

import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.drift.Discrepancy.Kind;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.redis.StagedRules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The rules that a Redis node really holds of the committed epoch, against those that it should
 * hold by the slots it answers for. Nodes tell a count and a hash; what they should be follows from
 * the set. Pure; linear in the tenants for each node.
 */
final class RuleDrift {
  private final ChangePlan.Ground base;
  private final PolicySet committed;

  /** Each tenant's lines, by its slot: made once for all nodes. */
  private final SortedMap<Integer, List<List<String>>> bySlot = new TreeMap<>();

  RuleDrift(ChangePlan.Ground base, PolicySet committed) {
    this.base = base;
    this.committed = committed;
    var rules = new StagedRules(committed, base.epoch(), base.digest());
    for (var tenant : rules.tenants()) {
      var hash = rules.hash(tenant);
      var lines = new ArrayList<String>();
      hash.fields().forEach((field, value) -> lines.add(hash.key() + " " + field + " " + value));
      bySlot.computeIfAbsent(rules.slot(tenant), _ -> new ArrayList<>()).add(lines);
    }
  }

  /** How a node's rules differ; empty where they don't, or where it doesn't tell its slots. */
  Optional<Discrepancy> of(MemberReport node) {
    if (!(node.facts().get("slots") instanceof String slots)
        || !(node.facts().get("staged") instanceof Map<?, ?> staged)) {
      return Optional.empty();
    }
    var wanted = wanted(slots);
    var held = staged.get(Long.toString(base.epoch())) instanceof Map<?, ?> m ? m : Map.of();
    if (wanted.isEmpty() && held.isEmpty()) {
      return Optional.empty();
    }
    var lines = new ArrayList<>(wanted.stream().flatMap(List::stream).toList());
    Collections.sort(lines);
    if (CanonicalJson.sha256(CanonicalJson.bytes(lines)).equals(held.get("sha256"))) {
      return Optional.empty();
    }
    long there = held.get("tenants") instanceof Number n ? n.longValue() : 0;
    return Optional.of(differing(node, there, wanted.size()));
  }

  private Discrepancy differing(MemberReport node, long there, long wanted) {
    String of = "rules of %d tenants for epoch %d".formatted(there, base.epoch());
    if (there < wanted) {
      return new Discrepancy(Kind.MISSING, node.member(), "holds " + of + " instead of " + wanted);
    }
    return there > wanted
        ? new Discrepancy(
            Kind.EXTRA,
            node.member(),
            "holds %s instead of %d: of keys dc:{*}:policy:* that the set of %d tenants doesn't have"
                .formatted(of, wanted, committed.tenants().size()))
        : new Discrepancy(
            Kind.DIFFERENT, node.member(), "holds " + of + ", and they are not those of the set");
  }

  private List<List<String>> wanted(String slots) {
    List<List<String>> out = new ArrayList<>();
    for (String range : slots.split(",", -1)) {
      if (range.isEmpty()) {
        continue;
      }
      int dash = range.indexOf('-');
      int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
      int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
      bySlot.subMap(first, last + 1).values().forEach(out::addAll);
    }
    return out;
  }
}
