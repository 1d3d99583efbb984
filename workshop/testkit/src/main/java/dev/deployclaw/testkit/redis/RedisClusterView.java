package dev.deployclaw.testkit.redis;

import dev.deployclaw.testkit.network.HostPort;
import java.util.List;
import java.util.Optional;

/** A Redis Cluster as one of its nodes sees it ({@code CLUSTER NODES}). */
public record RedisClusterView(List<Member> members) {
  private static final int ID = 0;
  private static final int ADDRESS = 1;
  private static final int FLAGS = 2;
  private static final int FOLLOWS = 3;
  private static final int SLOTS = 8;

  public RedisClusterView {
    members = List.copyOf(members);
  }

  /** One node; it follows {@code -} as a primary, and owns no slots once it was replaced. */
  public record Member(String id, HostPort address, String follows, boolean ownsSlots) {}

  static RedisClusterView parse(String lines) {
    return new RedisClusterView(
        lines
            .lines()
            .map(line -> List.of(line.split(" ", -1)))
            .filter(words -> words.size() >= SLOTS && !words.get(FLAGS).contains("noaddr"))
            .map(RedisClusterView::member)
            .toList());
  }

  public Optional<Member> at(HostPort address) {
    return members.stream().filter(m -> m.address().equals(address)).findFirst();
  }

  public boolean ownsSlots(HostPort address) {
    return at(address).filter(Member::ownsSlots).isPresent();
  }

  public List<HostPort> replicasOf(HostPort address) {
    String id = at(address).map(Member::id).orElse("");
    return members.stream().filter(m -> m.follows().equals(id)).map(Member::address).toList();
  }

  private static Member member(List<String> words) {
    String address = words.get(ADDRESS).replaceFirst("@.*", "");
    return new Member(
        words.get(ID), HostPort.parse(address), words.get(FOLLOWS), words.size() > SLOTS);
  }
}
