package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.AgentConfig.GateRule;
import dev.deployclaw.container.config.yaml.ConfigSection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/** Reads the section {@code gate}: what goes on by itself, what holds, and who may approve it. */
final class GateConfigReader {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  /** Those names stand in logs for what the gate itself holds or passes. */
  private static final List<String> TAKEN =
      List.of(
          ("request-asks model-reading model-doubt removes-tenant removes-overlay "
                  + "big-step default-hold approval-stale approved auto way-back committed-again")
              .split(" ", -1));

  /** What the gate is asked for. */
  static final List<String> OPERATIONS =
      List.of(
          ("set-limit scale-limit set-mode block unblock remove-limit copy-policy "
                  + "apply-policies resolve-conflicts rollback repair-drift")
              .split(" ", -1));

  private static final int MOST_TENANTS = 1_000_000;

  private GateConfigReader() {}

  static AgentConfig.Gate read(ConfigSection f) {
    var gate =
        new AgentConfig.Gate(
            f.choice("default", "hold", List.of("auto", "hold")).equals("auto"),
            f.flag("approverMustDiffer", false),
            f.whole("stepFactor", 10, 2, 1000),
            f.duration("holdFor", Duration.ofHours(24)),
            rules(f));
    f.done();
    return gate;
  }

  private static List<GateRule> rules(ConfigSection gate) {
    var names = new HashSet<String>();
    var out = new ArrayList<GateRule>();
    for (var f : gate.sections("rules")) {
      var rule = rule(f);
      checkName(f, rule.name());
      if (!names.add(rule.name())) {
        f.problem("name", f.line(), "two rules are named " + rule.name(), "rename one");
      }
      f.done();
      out.add(rule);
    }
    return out;
  }

  private static GateRule rule(ConfigSection f) {
    var rule =
        new GateRule(
            f.required("name"),
            f.choice("then", "hold", List.of("auto", "hold")).equals("auto"),
            operations(f),
            patterns(f, "requesters"),
            patterns(f, "tenants"),
            patterns(f, "services"),
            f.whole("mostTenants", 0, 0, MOST_TENANTS),
            patterns(f, "approvers"));
    if (rule.auto() && rule.unbounded()) {
      f.problem(
          "then",
          f.line(),
          "auto for every change",
          "write default: auto, or say which changes it is about");
    }
    return rule;
  }

  private static void checkName(ConfigSection f, String name) {
    if (!name.isEmpty() && (!NAME.matcher(name).matches() || TAKEN.contains(name))) {
      String remedy = "use lower-case letters, digits and -, and none of " + TAKEN;
      f.problem("name", f.line(), "\"" + name + "\" can't name a rule", remedy);
    }
  }

  private static List<String> operations(ConfigSection f) {
    var words = f.texts("operations");
    for (String word : words) {
      if (!OPERATIONS.contains(word)) {
        f.wrong("operations", "\"" + word + "\" doesn't pass the gate", "one of " + OPERATIONS);
      }
    }
    return words;
  }

  /** Names, or how they begin and a star. */
  private static List<String> patterns(ConfigSection f, String key) {
    var patterns = f.texts(key);
    for (String pattern : patterns) {
      int star = pattern.indexOf('*');
      if (pattern.isBlank() || (star >= 0 && star < pattern.length() - 1)) {
        f.wrong(key, "\"" + pattern + "\" isn't a pattern", "a * may only be at its end");
      }
    }
    return patterns;
  }
}
