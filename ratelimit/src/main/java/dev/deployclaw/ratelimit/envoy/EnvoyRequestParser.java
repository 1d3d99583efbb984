package dev.deployclaw.ratelimit.envoy;

import dev.deployclaw.policy.gateway.EnvoyDescriptor;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Envoy's descriptors as questions: the entries that a rendered configuration sends. */
final class EnvoyRequestParser {
  /** A request asks about no more. */
  static final int MOST = 64;

  private static final int MOST_ENTRIES = 64;

  private EnvoyRequestParser() {}

  /**
   * One question for each descriptor, in their order.
   *
   * @throws IllegalArgumentException where a descriptor can't be understood: what would be limited
   *     by nothing is an error, never a pass
   */
  static List<DecisionRequest> questions(RateLimitRequest request) {
    if (request.getDomain().isEmpty()) {
      throw new IllegalArgumentException("domain is empty: it names the gateway");
    }
    if (request.getDescriptorsCount() == 0 || request.getDescriptorsCount() > MOST) {
      throw new IllegalArgumentException("descriptors: 1 to " + MOST + " are answered");
    }
    return request.getDescriptorsList().stream().map(d -> question(request, d)).toList();
  }

  private static DecisionRequest question(
      RateLimitRequest request, RateLimitDescriptor descriptor) {
    if (descriptor.hasLimit()) {
      throw new IllegalArgumentException("limit: it comes from policies, not from a descriptor");
    }
    return question(request.getDomain(), entries(descriptor), units(request, descriptor));
  }

  /**
   * One request of a quota's bucket, whose entries are those of a descriptor.
   *
   * @throws IllegalArgumentException where it can't be understood, or is of a single request
   */
  static DecisionRequest bucket(String domain, Map<String, String> entries) {
    if (entries.size() > MOST_ENTRIES) {
      throw new IllegalArgumentException("entries: at most " + MOST_ENTRIES);
    }
    entries.keySet().forEach(EnvoyRequestParser::require);
    if (entries.containsKey(EnvoyDescriptor.TOKEN)) {
      throw new IllegalArgumentException(
          "entry " + EnvoyDescriptor.TOKEN + " is of one request, not of a bucket");
    }
    return question(domain, Map.copyOf(entries), 1);
  }

  private static DecisionRequest question(String domain, Map<String, String> entries, long units) {
    return new DecisionRequest(
        domain,
        needed(entries, EnvoyDescriptor.HOST),
        needed(entries, EnvoyDescriptor.METHOD),
        needed(entries, EnvoyDescriptor.URI),
        entries.getOrDefault(EnvoyDescriptor.CLIENT, ""),
        entries.getOrDefault(EnvoyDescriptor.TOKEN, ""),
        units,
        name -> entries.getOrDefault(EnvoyDescriptor.header(name.toLowerCase(Locale.ROOT)), ""));
  }

  private static Map<String, String> entries(RateLimitDescriptor descriptor) {
    if (descriptor.getEntriesCount() > MOST_ENTRIES) {
      throw new IllegalArgumentException("entries: at most " + MOST_ENTRIES);
    }
    Map<String, String> out = new HashMap<>();
    for (var entry : descriptor.getEntriesList()) {
      require(entry.getKey());
      if (out.putIfAbsent(entry.getKey(), entry.getValue()) != null) {
        throw new IllegalArgumentException("entry " + entry.getKey() + " is given twice");
      }
    }
    return out;
  }

  private static void require(String key) {
    if (!EnvoyDescriptor.knows(key)) {
      throw new IllegalArgumentException(
          "entry " + key + " is unknown; known: " + EnvoyDescriptor.known());
    }
  }

  private static String needed(Map<String, String> entries, String key) {
    String value = entries.get(key);
    if (value == null) {
      throw new IllegalArgumentException("entry " + key + " is missing");
    }
    return value;
  }

  /** A descriptor's own addend wins; the request's is 1 where it is unset. */
  private static long units(RateLimitRequest request, RateLimitDescriptor descriptor) {
    long units =
        descriptor.hasHitsAddend()
            ? descriptor.getHitsAddend().getValue()
            : Math.max(1, Integer.toUnsignedLong(request.getHitsAddend()));
    if (units < 0 || units > EnvoyDescriptor.MOST_HITS) {
      throw new IllegalArgumentException(
          "hits_addend exceeds the limit of " + EnvoyDescriptor.MOST_HITS);
    }
    return units;
  }
}
