package dev.deployclaw.policy.imports;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/**
 * What became of one rule of another system.
 *
 * @param place {@code file:line}
 * @param rule the rule in its own system's words
 * @param into {@code tenant/limit}; the tenant alone where it has no limit of it, empty where
 *     nothing was made of it
 * @param differs what is not the same here; empty where all is
 */
public record ImportedRule(
    String place,
    String rule,
    @JsonProperty("carried") Exactness exactness,
    String into,
    List<String> differs) {
  public ImportedRule {
    differs = List.copyOf(differs);
  }

  /** How well a rule was carried. */
  public enum Exactness {
    /** It admits the same requests. */
    EXACT,
    /** It admits others too, or fewer: it came in shadow mode, so that it refuses nobody. */
    APPROXIMATE,
    /** It has no counterpart. */
    NOT_CARRIED;

    /** In a report. */
    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }
}
