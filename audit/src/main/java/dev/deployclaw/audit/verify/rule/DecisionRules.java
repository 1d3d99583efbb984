package dev.deployclaw.audit.verify.rule;

import static dev.deployclaw.audit.verify.rule.ProcessRules.facts;
import static dev.deployclaw.audit.verify.rule.ProcessRules.number;
import static dev.deployclaw.audit.verify.rule.ProcessRules.text;

import dev.deployclaw.audit.verify.chain.VerificationFinding;
import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether each decision is one of those that there are, rests on records before it, among them all
 * on which it must rest, and leads from the policies to the policies that the plan says. Records of
 * version 1 don't say what they decide; a log may have begun with some of them. For one thread.
 */
public final class DecisionRules {
  private final boolean whole;
  private final Map<Long, Map<String, Object>> records = new HashMap<>();
  private final Map<String, Map<String, Object>> latest = new TreeMap<>();
  private final List<VerificationFinding> findings = new ArrayList<>();
  private Map<String, Object> opened = Map.of();
  private Optional<Map<String, Object>> last = Optional.empty();
  private Optional<String> committed = Optional.empty();
  private boolean second;
  private long votes;
  private long seq;

  /**
   * @param whole whether all records say what they decide
   */
  private DecisionRules(boolean whole) {
    this.whole = whole;
  }

  /**
   * @param records of one execution, of a chain that holds
   */
  public static List<VerificationFinding> check(List<Map<String, Object>> records) {
    boolean whole = !records.isEmpty() && version(records.getFirst()) > 1;
    var rules = new DecisionRules(whole);
    records.forEach(rules::next);
    return rules.findings;
  }

  private void next(Map<String, Object> entry) {
    seq = number(entry.get("seq"));
    records.put(seq, entry);
    String name = name(entry);
    if (version(entry) > 1) {
      second = true;
      order(entry);
      decision(entry, name);
      grounds(entry, name);
      policies(entry, name);
    } else if (second) {
      found(Code.DECISION, "is of version 1, after one of version 2");
    }
    learn(entry, name);
  }

  /** Numbers of records before it, each once. */
  private void order(Map<String, Object> entry) {
    long before = 0;
    for (long n : evidence(entry)) {
      if (n <= before || n >= seq) {
        found(Code.EVIDENCE, "can't rest on record " + n + " after record " + before);
      }
      before = n;
    }
  }

  private void decision(Map<String, Object> entry, String name) {
    var rules = DecisionProtocol.RULES.get(name);
    String rule = rule(entry);
    boolean known = rules != null && (rules.isEmpty() || rules.contains(rule));
    if (!name.isEmpty() && !known) {
      found(Code.DECISION, name + " by rule " + rule + " isn't a decision");
    } else if (!expected(entry, name).equals(name) || !fits(name, rule, facts(entry))) {
      found(Code.DECISION, "decides " + name + " by rule " + rule + ", and its facts say another");
    }
  }

  /** Which decision stands in such a record: that of its state, an end's, or one between moves. */
  private static String expected(Map<String, Object> entry, String name) {
    if (moved(entry)) {
      return DecisionProtocol.MOVES.getOrDefault(text(facts(entry).get("state")), "");
    }
    if ("end".equals(entry.get("phase"))) {
      return "end";
    }
    return DecisionProtocol.MOVES.containsValue(name) || name.equals("end") ? "" : name;
  }

  private static boolean fits(String name, String rule, Map<String, Object> facts) {
    return switch (name) {
      case "open" -> rule.equals(facts.get("kind"));
      case "checkpoint" -> rule.equals("stored") == Boolean.TRUE.equals(facts.get("stored"));
      case "votes" -> rule.equals("all") == List.of().equals(facts.get("absent"));
      case "pass" -> rule.equals(facts.get("rule"));
      case "end" -> rule.equals(facts.get("result"));
      case "publish", "converge", "put-back" ->
          rule.equals("persons-word") == facts.containsKey("left_out");
      default -> true;
    };
  }

  private void grounds(Map<String, Object> entry, String name) {
    if (!whole || name.isEmpty()) {
      return;
    }
    var evidence = evidence(entry);
    for (String ground : DecisionProtocol.GROUNDS.getOrDefault(name, List.of())) {
      rests(latest.get(ground), name, evidence);
    }
    if (name.equals("open")) {
      planned(entry, evidence);
    } else if (name.equals("votes") && votes > 0 && !evidence.contains(votes)) {
      found(Code.EVIDENCE, "votes are counted without record " + votes + ", which has them");
    } else if (name.equals("end")) {
      rests(last.orElse(null), name, evidence);
    }
  }

  private void rests(@Nullable Map<String, Object> ground, String name, List<Long> evidence) {
    if (ground == null) {
      return;
    }
    long of = number(ground.get("seq"));
    boolean too =
        !DecisionProtocol.ACTIVATIONS.contains(name) || evidence.containsAll(evidence(ground));
    if (!evidence.contains(of) || !too) {
      found(Code.EVIDENCE, name + " doesn't rest on " + name(ground) + ", record " + of);
    }
  }

  /** A change rests on its plan; a compensation on that what it undoes is gone back from. */
  private void planned(Map<String, Object> entry, List<Long> evidence) {
    var facts = facts(entry);
    boolean compensates = "compensation".equals(facts.get("kind"));
    boolean there =
        evidence.stream()
            .map(n -> records.getOrDefault(n, Map.of()))
            .anyMatch(r -> compensates ? undoes(r, facts) : plans(r, entry));
    if (!there) {
      found(Code.EVIDENCE, "open doesn't rest on what leads to these policies");
    }
  }

  private static boolean undoes(Map<String, Object> ground, Map<String, Object> facts) {
    return name(ground).equals("undo")
        && facts(ground).get("change") instanceof String id
        && id.equals(facts.get("undoes"));
  }

  private static boolean plans(Map<String, Object> ground, Map<String, Object> entry) {
    String name = name(ground);
    return (name.equals("plan") || name.equals("schedule"))
        && text(ground.get("plan_hash")).equals(text(entry.get("plan_hash")))
        && text(ground.get("after")).equals(text(facts(entry).get("digest")));
  }

  private void policies(Map<String, Object> entry, String name) {
    String digest = text(facts(opened).get("digest"));
    String base = text(facts(opened).get("base_digest"));
    var facts = facts(entry);
    boolean right =
        switch (name) {
          case "plan" ->
              given(entry)
                  && says(entry, "before", facts.get("base_digest"))
                  && says(entry, "after", facts.get("target_digest"));
          case "schedule" -> given(entry) && says(entry, "after", facts.get("target_digest"));
          case "stage" -> leads(entry, "", digest);
          case "widen", "commit" -> leads(entry, base, digest);
          case "withdraw" -> leads(entry, digest, base);
          default -> !given(entry);
        };
    boolean goesOn = committed.filter(d -> !d.equals(entry.get("before"))).isEmpty();
    if (!right || (name.equals("commit") && !goesOn)) {
      found(Code.POLICIES, "leads from, or to, other policies than it may");
    }
  }

  private static boolean given(Map<String, Object> entry) {
    return entry.containsKey("before");
  }

  /** A fact that isn't there says nothing. */
  private static boolean says(Map<String, Object> entry, String field, @Nullable Object fact) {
    return fact == null || fact.equals(entry.get(field));
  }

  private static boolean leads(Map<String, Object> entry, String before, String after) {
    return before.equals(entry.get("before")) && after.equals(entry.get("after"));
  }

  /**
   * What later decisions rest on: what was decided between moves counts until the next of them, and
   * moves until another change is opened, but for that which this one undoes.
   */
  private void learn(Map<String, Object> entry, String name) {
    if (moved(entry)) {
      latest.keySet().removeIf(n -> !DecisionProtocol.MOVES.containsValue(n));
    } else if ("prepare".equals(entry.get("phase")) && facts(entry).containsKey("yes")) {
      votes = seq;
    }
    if ("opened".equals(facts(entry).get("state"))) {
      latest.keySet().removeIf(n -> !n.equals("undo"));
      opened = entry;
      votes = 0;
    }
    if (name.equals("commit") && entry.get("after") instanceof String digest) {
      committed = Optional.of(digest);
    } else if (name.equals("recover") && rule(entry).equals("overtaken")) {
      committed = Optional.empty(); // the state store may have forgotten it
    }
    if (!name.isEmpty()) {
      latest.put(name, entry);
      last = Optional.of(entry);
    }
  }

  private static boolean moved(Map<String, Object> entry) {
    return facts(entry).get("state") instanceof String
        && facts(entry).get("change") instanceof String;
  }

  private static long version(Map<String, Object> entry) {
    return number(entry.get("schema_version"));
  }

  private static String name(Map<String, Object> entry) {
    return decisionOf(entry, "name");
  }

  private static String rule(Map<String, Object> entry) {
    return decisionOf(entry, "rule");
  }

  private static String decisionOf(Map<String, Object> entry, String field) {
    return entry.get("decision") instanceof Map<?, ?> map ? text(map.get(field)) : "";
  }

  private static List<Long> evidence(Map<String, Object> entry) {
    var out = new ArrayList<Long>();
    if (entry.get("evidence") instanceof List<?> list) {
      list.forEach(n -> out.add(number(n)));
    }
    return out;
  }

  private void found(Code code, String what) {
    findings.add(new VerificationFinding(code, seq, what));
  }
}
