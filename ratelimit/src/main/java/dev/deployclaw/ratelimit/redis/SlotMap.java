package dev.deployclaw.ratelimit.redis;

import dev.deployclaw.policy.redis.RedisLayout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which primary owns which slot, as one node told it. Immutable. */
final class SlotMap {
  private final @Nullable Address[] owners;
  private final List<Address> primaries;
  private final Map<Address, String> ids;
  private final boolean whole;

  private SlotMap(@Nullable Address[] owners, Map<Address, String> ids) {
    this.owners = owners;
    this.ids = Map.copyOf(ids);
    this.primaries =
        Arrays.stream(owners)
            .flatMap(Stream::ofNullable)
            .distinct()
            .sorted(Comparator.comparing(Address::toString))
            .toList();
    this.whole = Arrays.stream(owners).allMatch(Objects::nonNull);
  }

  static SlotMap none() {
    return new SlotMap(new @Nullable Address[RedisLayout.SLOTS], Map.of());
  }

  /** A Redis that isn't a cluster owns all slots, and is known by the id of its run. */
  static SlotMap single(Address node, String runId) {
    var owners = new @Nullable Address[RedisLayout.SLOTS];
    Arrays.fill(owners, node);
    return new SlotMap(owners, Map.of(node, runId));
  }

  /**
   * @param slots the answer to {@code CLUSTER SLOTS}: {@code [first, last, [host, port, id, …], …]}
   *     each
   * @param asked stands in for a host that the node leaves out
   */
  static SlotMap parse(Reply.Items slots, Address asked) {
    var owners = new @Nullable Address[RedisLayout.SLOTS];
    var ids = new HashMap<Address, String>();
    for (var range : slots.values()) {
      if (range instanceof Reply.Items(List<Reply> parts)
          && parts.size() > 2
          && parts.get(0) instanceof Reply.Whole(long first)
          && parts.get(1) instanceof Reply.Whole(long last)
          && parts.get(2) instanceof Reply.Items(List<Reply> primary)
          && primary.size() > 1
          && primary.get(1) instanceof Reply.Whole(long port)) {
        var host =
            primary.get(0) instanceof Reply.Text(String h) && !h.isEmpty() ? h : asked.host();
        var owner = new Address(host, (int) port);
        Arrays.fill(owners, (int) first, (int) last + 1, owner);
        ids.put(
            owner, primary.size() > 2 && primary.get(2) instanceof Reply.Text(String i) ? i : "");
      }
    }
    return new SlotMap(owners, ids);
  }

  Optional<Address> owner(int slot) {
    return Optional.ofNullable(owners[slot]);
  }

  /** The primaries that own a slot, in the order of their names. */
  List<Address> primaries() {
    return primaries;
  }

  /** Who a primary is, wherever it listens; empty where it didn't tell. */
  String id(Address primary) {
    return ids.getOrDefault(primary, "");
  }

  /** Whether every slot has an owner. */
  boolean isWhole() {
    return whole;
  }
}
