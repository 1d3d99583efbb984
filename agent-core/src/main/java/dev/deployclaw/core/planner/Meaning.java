package dev.deployclaw.core.planner;

import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.LimitAlgorithm;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/** What a piece of a request stands for, from a bare word to a whole rate. */
sealed interface Meaning {

  /** How the rules write it: a word as itself, everything else as its kind in angle brackets. */
  default String shape() {
    return this instanceof Word(String text)
        ? text
        : "<" + getClass().getSimpleName().toLowerCase(Locale.ROOT) + ">";
  }

  /** A word of the grammar, or a punctuation mark. */
  record Word(String text) implements Meaning {}

  /** A word that nobody explained, and the known names that are close to it. */
  record Unknown(String text, List<String> near) implements Meaning {}

  /** A time that isn't an instant with a zone. */
  record Vague(String text) implements Meaning {}

  record Tenant(String name) implements Meaning {}

  record Service(String name) implements Meaning {}

  record Label(String key, String value) implements Meaning {}

  record Route(String path) implements Meaning {}

  record Method(String name) implements Meaning {}

  record Moment(String text) implements Meaning {}

  record Run(String id) implements Meaning {}

  record Num(BigDecimal value) implements Meaning {}

  /** A unit of time. */
  record Unit(long millis) implements Meaning {}

  /** A unit of rate, such as rpm. */
  record Per(long seconds) implements Meaning {}

  record Duration(BigDecimal millis) implements Meaning {}

  record Percent(BigDecimal value) implements Meaning {}

  /** A multiple, and the rule that it was derived by. */
  record Factor(BigDecimal value, String rule) implements Meaning {}

  /** Requests without a window. */
  record Count(BigDecimal requests) implements Meaning {}

  record Rate(BigDecimal requests, BigDecimal windowMillis) implements Meaning {}

  /** Requests at the same time. */
  record Parallel(BigDecimal requests) implements Meaning {}

  record Burst(BigDecimal requests) implements Meaning {}

  record Window(BigDecimal millis) implements Meaning {}

  record Counting(LimitAlgorithm algorithm) implements Meaning {}

  record Enforcing(EnforcementMode mode) implements Meaning {}

  /** "When redis can't be reached". */
  record Outage() implements Meaning {}

  record Fallback(BackendFailureMode then) implements Meaning {}

  /** Tenants, or groups of them; each alternative is a change of its own. */
  record Group(List<Who> who) implements Meaning {
    boolean open() {
      return who.stream().anyMatch(w -> w.all() || !w.labels().isEmpty());
    }
  }

  record Targets(List<String> services) implements Meaning {}

  /** All services together. */
  record Overall() implements Meaning {}
}
