package dev.deployclaw.policy.redis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * One call of {@link FunctionLibrary#DECIDE}: a number of equal requests, with what each is charged
 * to under every epoch that the caller holds. The function takes the list of its own epoch.
 *
 * @param claims at least one; all of one root, so that all keys share a slot
 * @param requests how many equal requests, each admitted whole or not
 * @param at the clock of synthetic requests in microseconds; empty for the server's
 * @param lease names the requests where a concurrency limit holds places for them; no two calls may
 *     share it. Empty where there is no such limit
 */
public record DecideCall(
    List<RequestCharges> claims, long requests, OptionalLong at, String lease) {
  /** Where no limit is one of concurrency. */
  public DecideCall(List<RequestCharges> claims, long requests, OptionalLong at) {
    this(claims, requests, at, "");
  }

  public DecideCall {
    claims = List.copyOf(claims);
    if (claims.stream().map(RequestCharges::root).distinct().count() != 1) {
      throw new IllegalArgumentException("claims of several roots, or none");
    }
  }

  public record Encoded(List<String> keys, List<String> arguments) {}

  /** With the rules read from what is staged. */
  public Encoded encoded() {
    return encode(false);
  }

  /** With the rules inline, for a shard that lacks what is staged. */
  public Encoded withRules() {
    return encode(true);
  }

  private Encoded encode(boolean inline) {
    var keys = new Keys();
    Map<List<String>, StringBuilder> epochsByList = new LinkedHashMap<>();
    for (var claim : claims) {
      epochsByList
          .computeIfAbsent(list(claim, keys, inline), _ -> new StringBuilder(","))
          .append(claim.epoch())
          .append(',');
    }
    var arguments = new ArrayList<String>();
    arguments.add(Long.toString(requests));
    arguments.add(at.isPresent() ? Long.toString(at.getAsLong()) : "");
    epochsByList.forEach((list, epochs) -> {
      arguments.add(epochs.toString());
      arguments.add(Integer.toString(list.size()));
      arguments.addAll(list);
    });
    return new Encoded(keys.inOrder(), arguments);
  }

  private String units(RequestCharges.Item item) {
    return item.holds() ? item.units() + ":" + lease : Long.toString(item.units());
  }

  private List<String> list(RequestCharges claim, Keys keys, boolean inline) {
    var list = new ArrayList<String>();
    for (var owner : claim.owners()) {
      list.add(keys.number(owner.policyKey()));
      list.add(Integer.toString(owner.items().size()));
      list.add(inline ? claim.line(owner) : "");
      for (var item : owner.items()) {
        list.add(item.applied().limit().name());
        list.add(keys.number(item.counterKey()));
        list.add(units(item));
        list.add(inline ? item.rule().text() : "");
      }
    }
    return list;
  }

  /** The distinct keys of a call, numbered from 1. */
  private static final class Keys {
    private final Map<String, String> numbers = new LinkedHashMap<>();

    String number(String key) {
      return numbers.computeIfAbsent(key, _ -> Integer.toString(numbers.size() + 1));
    }

    List<String> inOrder() {
      return List.copyOf(numbers.keySet());
    }
  }
}
