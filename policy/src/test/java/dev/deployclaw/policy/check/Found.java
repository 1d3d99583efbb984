package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import java.util.List;
import java.util.Optional;

/** Runs all checks and keeps what one of them found. */
final class Found {
  private Found() {}

  static List<Finding> by(Check check, PolicySet set) {
    return by(check, set, Measured.NOTHING);
  }

  static List<Finding> by(Check check, PolicySet set, Measured measured) {
    return only(check, Checks.run(set, Optional.empty(), measured));
  }

  static List<Finding> by(Check check, PolicySet before, PolicySet after) {
    return only(check, Checks.run(after, Optional.of(before), Measured.NOTHING));
  }

  /** For example {@code WARNING acme/search}. */
  static List<String> brief(List<Finding> findings) {
    return findings.stream()
        .map(f ->
            f.severity() + " " + f.tenant().orElse("-") + f.limit().map(l -> "/" + l).orElse(""))
        .toList();
  }

  private static List<Finding> only(Check check, List<Finding> all) {
    return all.stream().filter(f -> f.check() == check).toList();
  }
}
