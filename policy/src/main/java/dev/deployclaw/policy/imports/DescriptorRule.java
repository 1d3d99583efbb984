package dev.deployclaw.policy.imports;

import java.util.List;
import java.util.Optional;

/**
 * A rule of envoyproxy/ratelimit: one entry of a request's descriptor, its limit, and the entries
 * that may follow it.
 *
 * @param value empty for any, and then each value is counted apart
 * @param limit for requests whose descriptor ends here
 * @param place where it stands, {@code descriptors[0].descriptors[2]}
 * @param line counted from 1
 */
record DescriptorRule(
    String key,
    String value,
    Optional<Rate> limit,
    List<DescriptorRule> children,
    Marks marks,
    String place,
    int line) {
  DescriptorRule {
    children = List.copyOf(children);
  }

  /**
   * @param unit in lower case; empty where unlimited
   * @param requests of a unit; 0 bans
   * @param replaces names of rules that don't count where this one matches
   */
  record Rate(String unit, long requests, boolean unlimited, String name, List<String> replaces) {
    Rate {
      replaces = List.copyOf(replaces);
    }
  }

  /**
   * What else a rule says.
   *
   * @param others of its keys, those that say nothing about who is admitted
   */
  record Marks(boolean shadow, boolean quota, boolean shareThreshold, List<String> others) {
    Marks {
      others = List.copyOf(others);
    }
  }

  /** The entry as the source writes it. */
  String composite() {
    return value.isEmpty() ? key : key + "_" + value;
  }

  /** Whether the value stands for many. */
  boolean wild() {
    return value.contains("*");
  }

  /** One file. */
  record Domain(String source, String name, List<DescriptorRule> descriptors) {
    Domain {
      descriptors = List.copyOf(descriptors);
    }
  }
}
