package dev.deployclaw.ratelimit.redis;

import dev.deployclaw.policy.redis.RedisKeyLayout;
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
  private final @Nullable RedisAddress[] owners;
  private final List<RedisAddress> primaries;
  private final Map<RedisAddress, String> ids;
  private final boolean whole;

  private SlotMap(@Nullable RedisAddress[] owners, Map<RedisAddress, String> ids) {
    this.owners = owners;
    this.ids = Map.copyOf(ids);
    this.primaries =
        Arrays.stream(owners)
            .flatMap(Stream::ofNullable)
            .distinct()
            .sorted(Comparator.comparing(RedisAddress::toString))
            .toList();
    this.whole = Arrays.stream(owners).allMatch(Objects::nonNull);
  }

  static SlotMap none() {
    return new SlotMap(new @Nullable RedisAddress[RedisKeyLayout.SLOTS], Map.of());
  }

  /** A Redis that isn't a cluster owns all slots, and is known by the id of its run. */
  static SlotMap single(RedisAddress node, String runId) {
    var owners = new @Nullable RedisAddress[RedisKeyLayout.SLOTS];
    Arrays.fill(owners, node);
    return new SlotMap(owners, Map.of(node, runId));
  }

  /**
   * @param slots the answer to {@code CLUSTER SLOTS}: {@code [first, last, [host, port, id, …], …]}
   *     each
   * @param asked stands in for a host that the node leaves out
   */
  static SlotMap parse(RespReply.Items slots, RedisAddress asked) {
    var owners = new @Nullable RedisAddress[RedisKeyLayout.SLOTS];
    var ids = new HashMap<RedisAddress, String>();
    for (var range : slots.values()) {
      if (range instanceof RespReply.Items(List<RespReply> parts)
          && parts.size() > 2
          && parts.get(0) instanceof RespReply.Whole(long first)
          && parts.get(1) instanceof RespReply.Whole(long last)
          && parts.get(2) instanceof RespReply.Items(List<RespReply> primary)
          && primary.size() > 1
          && primary.get(1) instanceof RespReply.Whole(long port)) {
        var host =
            primary.get(0) instanceof RespReply.Text(String h) && !h.isEmpty() ? h : asked.host();
        var owner = new RedisAddress(host, (int) port);
        Arrays.fill(owners, (int) first, (int) last + 1, owner);
        ids.put(
            owner,
            primary.size() > 2 && primary.get(2) instanceof RespReply.Text(String i) ? i : "");
      }
    }
    return new SlotMap(owners, ids);
  }

  Optional<RedisAddress> owner(int slot) {
    return Optional.ofNullable(owners[slot]);
  }

  /** The primaries that own a slot, in the order of their names. */
  List<RedisAddress> primaries() {
    return primaries;
  }

  /** Who a primary is, wherever it listens; empty where it didn't tell. */
  String id(RedisAddress primary) {
    return ids.getOrDefault(primary, "");
  }

  /** Whether every slot has an owner. */
  boolean isWhole() {
    return whole;
  }
}
