package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.imports.DescriptorKeyMapping.Meaning;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.DnsLabel;
import dev.deployclaw.policy.model.RequestMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the entries of a descriptor, from the root to a limit, come to here. Immutable: each entry
 * makes another.
 *
 * @param tenant empty where the entries name none
 * @param perTenant whether each tenant without a rule of its own is counted apart
 * @param differs what isn't the same here, of a limit that is carried
 * @param lost why it can't be carried at all
 */
record DescriptorInterpretation(
    Optional<String> tenant,
    boolean perTenant,
    RequestMatch match,
    List<CounterKeyPart> key,
    List<String> differs,
    List<String> lost) {

  static final DescriptorInterpretation START =
      new DescriptorInterpretation(
          Optional.empty(), false, RequestMatch.ANY, List.of(), List.of(), List.of());

  private static final String METHOD = "[A-Z]{1,20}";
  private static final int MOST_WILDCARDS = 8;
  private static final int LONGEST_ROUTE = 256;

  DescriptorInterpretation {
    key = List.copyOf(key);
    differs = List.copyOf(differs);
    lost = List.copyOf(lost);
  }

  DescriptorInterpretation through(
      DescriptorRule entry, DescriptorLevel siblings, DescriptorKeyMapping mapping) {
    var meaning = mapping.of(entry.key());
    if (meaning.isEmpty()) {
      return losing(
          "the meaning of the key %s is unknown: give --map %s=WHAT"
              .formatted(entry.key(), entry.key()));
    }
    return switch (meaning.get()) {
      case Meaning.Any() -> this;
      case Meaning.Tenant() -> ofTenant(entry);
      case Meaning.Service() -> ofService(entry);
      case Meaning.Route() -> ofRoute(entry, siblings);
      case Meaning.Method() -> ofMethod(entry);
      case Meaning.Key(CounterKeyPart part) -> ofKey(entry, part, siblings);
    };
  }

  private DescriptorInterpretation ofTenant(DescriptorRule entry) {
    if (tenant.isPresent() || perTenant) {
      return losing("the tenant is named twice");
    }
    if (entry.value().isEmpty()) {
      return new DescriptorInterpretation(tenant, true, match, key, differs, lost);
    }
    return DnsLabel.isLabel(entry.value())
        ? new DescriptorInterpretation(Optional.of(entry.value()), false, match, key, differs, lost)
        : losing("the tenant " + entry.value() + " is not a DNS label");
  }

  private DescriptorInterpretation ofService(DescriptorRule entry) {
    if (match.service().isPresent() || !DnsLabel.isLabel(entry.value())) {
      return losing(
          match.service().isPresent()
              ? "the service is named twice"
              : "a service is a DNS label here, not \"" + entry.value() + "\"");
    }
    return matching(new RequestMatch(Optional.of(entry.value()), match.route(), match.method()));
  }

  private DescriptorInterpretation ofMethod(DescriptorRule entry) {
    if (match.method().isPresent() || !entry.value().matches(METHOD)) {
      return losing(
          match.method().isPresent()
              ? "the method is named twice"
              : "a method is one word in upper case here, not \"" + entry.value() + "\"");
    }
    return matching(new RequestMatch(match.service(), match.route(), Optional.of(entry.value())));
  }

  private DescriptorInterpretation ofRoute(DescriptorRule entry, DescriptorLevel siblings) {
    String value = entry.value();
    if (match.route().isPresent()) {
      return losing("the route is named twice");
    }
    if (value.isEmpty()) {
      return losing("each path has a counter of its own, which policies here can't express");
    }
    if (!value.startsWith("/") && !value.startsWith("*")) {
      return losing("a route starts with / or * here, not as \"" + value + "\" does");
    }
    if (value.chars().filter(c -> c == '*').count() > MOST_WILDCARDS
        || value.length() > LONGEST_ROUTE) {
      return losing("a route has at most 256 characters and 8 times * here");
    }
    var on = matching(new RequestMatch(match.service(), Optional.of(value), match.method()));
    if (!entry.wild()) {
      return on.differing("covers the paths below " + value + " too");
    }
    if (siblings.outOfTurn(entry)) {
      on = on.differing("there the first wildcard in the file decides, here the most specific");
    }
    return entry.marks().shareThreshold()
        ? on
        : on.differing("all paths that match " + value + " share one counter");
  }

  private DescriptorInterpretation ofKey(
      DescriptorRule entry, CounterKeyPart part, DescriptorLevel siblings) {
    if (!entry.value().isEmpty()) {
      return losing(
          "a limit here can't be for one value alone: " + entry.key() + "=" + entry.value());
    }
    if (key.contains(part)) {
      return losing("the key " + entry.key() + " is given twice");
    }
    var more = new ArrayList<>(key);
    more.add(part);
    var on = new DescriptorInterpretation(tenant, perTenant, match, more, differs, lost);
    if (part instanceof CounterKeyPart.Header(String name)) {
      on = on.differing("requests without the header " + name + " share one counter");
    }
    var own = siblings.values(entry.key());
    return own.isEmpty()
        ? on
        : on.differing("it is for these values too: " + NamePhrases.some(own));
  }

  private DescriptorInterpretation matching(RequestMatch other) {
    return new DescriptorInterpretation(tenant, perTenant, other, key, differs, lost);
  }

  DescriptorInterpretation differing(String how) {
    var more = new ArrayList<>(differs);
    more.add(how);
    return new DescriptorInterpretation(tenant, perTenant, match, key, more, lost);
  }

  DescriptorInterpretation losing(String why) {
    var more = new ArrayList<>(lost);
    more.add(why);
    return new DescriptorInterpretation(tenant, perTenant, match, key, differs, more);
  }
}
