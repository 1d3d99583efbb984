package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.imports.ImportedRule.Exactness;
import dev.deployclaw.policy.imports.NginxDirectiveParser.Directive;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code limit_req} of NGINX: a rate, and how many requests may come at once above it, for
 * each value of a variable. It counts all tenants together, so its limits go into a group above
 * them.
 */
final class NginxLimitReqReader {
  /** The group that all tenants are put below. */
  static final String GROUP = "all-tenants";

  private static final Pattern RATE = Pattern.compile("rate=([1-9][0-9]{0,8})r/([sm])");
  private static final Pattern BURST = Pattern.compile("burst=([0-9]{1,9})");
  private static final Pattern ZONE = Pattern.compile("zone=([^:]+)(?::.*)?");
  private static final String HEADER = "$http_";

  private NginxLimitReqReader() {}

  /** A zone: what is counted apart, and how fast. */
  private record Zone(String variable, long requests, Duration window) {}

  /** One {@code limit_req}, ready to be carried. */
  record Rule(
      String place, String words, String name, Optional<Limit> limit, List<String> differs) {
    ImportedRule carry(PolicyDrafts drafts) {
      if (limit.isEmpty() || drafts.full(GROUP)) {
        var why = limit.isEmpty() ? differs : List.of("a policy can't hold more limits");
        return new ImportedRule(place, words, Exactness.NOT_CARRIED, "", why);
      }
      String own = drafts.unused(GROUP, name);
      drafts.add(GROUP, limit.get().named(own));
      var exactness = differs.isEmpty() ? Exactness.EXACT : Exactness.APPROXIMATE;
      return new ImportedRule(place, words, exactness, GROUP + "/" + own, differs);
    }
  }

  static List<Rule> read(String source, String text) {
    var all = NginxDirectiveParser.of(text);
    var zones = zones(all);
    return all.stream()
        .filter(d -> d.words().getFirst().equals("limit_req"))
        .map(d -> rule(source + ":" + d.line(), d, zones))
        .toList();
  }

  private static Map<String, Zone> zones(List<Directive> all) {
    Map<String, Zone> out = new HashMap<>();
    for (var directive : all) {
      var words = directive.words();
      var name = find(words, ZONE);
      var rate = find(words, RATE);
      if (words.getFirst().equals("limit_req_zone") && name.isPresent() && rate.isPresent()) {
        var window =
            rate.get().group(2).equals("s") ? Duration.ofSeconds(1) : Duration.ofMinutes(1);
        long requests = Long.parseLong(rate.get().group(1));
        out.put(name.get().group(1), new Zone(words.get(1), requests, window));
      }
    }
    return out;
  }

  private static Rule rule(String place, Directive directive, Map<String, Zone> zones) {
    String words = String.join(" ", directive.words());
    String name = find(directive.words(), ZONE).map(m -> m.group(1)).orElse("");
    var zone = Optional.ofNullable(zones.get(name));
    String label = DnsLabelConverter.of(name, "limit-req");
    if (zone.isEmpty()) {
      String why = "no limit_req_zone " + name + " with a rate is in this file";
      return new Rule(place, words, label, Optional.empty(), List.of(why));
    }
    var key = key(zone.get().variable());
    var location = location(directive);
    List<String> differs = new ArrayList<>();
    var match = match(location, differs);
    if (key.isEmpty() || match.isEmpty()) {
      String why =
          key.isEmpty()
              ? zone.get().variable() + " can't separate counters here"
              : "a location with a regular expression has no counterpart";
      return new Rule(place, words, label, Optional.empty(), List.of(why));
    }
    if (!directive.words().contains("nodelay")) {
      differs.add("it delays requests above the rate; here they pass within the burst");
    }
    var limit = limit(label, match.get(), key.get(), new Burst(zone.get(), burst(directive)));
    return new Rule(place, words, label, Optional.of(limit), differs);
  }

  /** One request more than its burst passes at once: the one that the rate itself lets through. */
  private static Limit limit(String label, RequestMatch match, CounterKeyPart key, Burst burst) {
    var zone = burst.zone();
    long atOnce = Math.min(Limit.MOST_REQUESTS, burst.extra() + 1);
    return Limit.tokenBucket(label, match, zone.requests(), zone.window())
        .admitting(zone.requests(), zone.window(), atOnce)
        .per(List.of(key))
        .in(EnforcementMode.SHADOW);
  }

  private record Burst(Zone zone, long extra) {}

  private static long burst(Directive directive) {
    return find(directive.words(), BURST).map(m -> Long.parseLong(m.group(1))).orElse(0L);
  }

  private static Optional<CounterKeyPart> key(String variable) {
    if (variable.equals("$binary_remote_addr") || variable.equals("$remote_addr")) {
      return Optional.of(new CounterKeyPart.ClientAddress());
    }
    return variable.startsWith(HEADER)
        ? Optional.of(
            new CounterKeyPart.Header(variable.substring(HEADER.length()).replace('_', '-')))
        : Optional.empty();
  }

  /** The innermost location's words; empty outside of one. */
  private static List<String> location(Directive directive) {
    return directive.blocks().reversed().stream()
        .filter(b -> !b.isEmpty() && b.getFirst().equals("location"))
        .findFirst()
        .orElse(List.of());
  }

  private static Optional<RequestMatch> match(List<String> location, List<String> differs) {
    if (location.isEmpty()) {
      return Optional.of(RequestMatch.ANY);
    }
    String path = location.getLast();
    boolean exact = location.size() > 2 && location.get(1).equals("=");
    boolean prefix = location.size() == 2 || (location.size() > 2 && location.get(1).equals("^~"));
    if (!path.startsWith("/") || !(exact || prefix)) {
      return Optional.empty();
    }
    if (exact) {
      differs.add("covers the paths below " + path + " too");
    } else if (!path.endsWith("/")) {
      differs.add("covers whole segments, not all that begins with " + path);
    }
    String stem = path.length() > 1 ? path.replaceAll("/+$", "") : path;
    return Optional.of(
        path.equals("/")
            ? RequestMatch.ANY
            : new RequestMatch(Optional.empty(), Optional.of(stem), Optional.empty()));
  }

  private static Optional<Matcher> find(List<String> words, Pattern pattern) {
    return words.stream().map(pattern::matcher).filter(m -> m.matches()).findFirst();
  }
}
