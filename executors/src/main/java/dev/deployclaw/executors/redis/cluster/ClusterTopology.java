package dev.deployclaw.executors.redis.cluster;

import dev.deployclaw.policy.redis.RedisKeyLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Which nodes there are, and which slots each primary owns, as one node sees it ({@code CLUSTER
 * NODES}). A server without cluster support counts as one primary of all slots.
 */
public record ClusterTopology(List<Node> nodes) {
  /** The host's name in {@code ip:port@bus,name}, with whatever follows it. */
  private static final Pattern ANNOUNCED = Pattern.compile("@\\d+,([^,=]+)(?:,|$)");

  public ClusterTopology {
    nodes = List.copyOf(nodes);
  }

  /**
   * One member of the cluster.
   *
   * @param primaryId of a replica; empty for a primary
   * @param failed whether the cluster holds it for failed
   * @param moving whether a slot is being moved from or to it
   */
  public record Node(
      String id,
      NodeAddress address,
      boolean primary,
      String primaryId,
      List<Range> slots,
      boolean failed,
      boolean moving) {
    public Node {
      slots = List.copyOf(slots);
    }

    public String member() {
      return "redis/" + address;
    }

    public boolean owns(int slot) {
      return slots.stream().anyMatch(r -> r.first() <= slot && slot <= r.last());
    }

    public long slotCount() {
      return slots.stream().mapToLong(r -> r.last() - r.first() + 1L).sum();
    }
  }

  /** Slots from first to last, both included. */
  public record Range(int first, int last) {
    @Override
    public String toString() {
      return first == last ? Integer.toString(first) : first + "-" + last;
    }
  }

  static ClusterTopology single(NodeAddress address) {
    return single(address, "");
  }

  private static ClusterTopology single(NodeAddress address, String id) {
    var all = List.of(new Range(0, RedisKeyLayout.SLOTS - 1));
    return new ClusterTopology(List.of(new Node(id, address, true, "", all, false, false)));
  }

  /** The same server without cluster support, with an id. */
  ClusterTopology named(String id) {
    return single(nodes.getFirst().address(), id);
  }

  /**
   * Reads the answer to {@code CLUSTER NODES}.
   *
   * @param asked whom it is from: a node may not know its own host
   */
  public static ClusterTopology parse(String clusterNodes, NodeAddress asked) {
    return parse(clusterNodes, word -> address(word, asked));
  }

  /** The same, where a node that announces a host's name is reached by it: certificates have it. */
  static ClusterTopology named(String clusterNodes, NodeAddress asked) {
    return parse(clusterNodes, word -> announced(word, asked));
  }

  private static ClusterTopology parse(String clusterNodes, Function<String, NodeAddress> address) {
    return new ClusterTopology(
        clusterNodes.lines().map(line -> node(line, address)).flatMap(Optional::stream).toList());
  }

  /** Primaries that own slots. */
  public List<Node> primaries() {
    return nodes.stream().filter(n -> n.primary() && !n.slots().isEmpty()).toList();
  }

  public List<Node> replicas(Node primary) {
    return nodes.stream().filter(n -> !n.primary() && n.primaryId().equals(primary.id())).toList();
  }

  /** The node whose slots this one holds: itself, or its primary. */
  public Optional<Node> owner(Node node) {
    return node.primary()
        ? Optional.of(node)
        : nodes.stream().filter(n -> n.id().equals(node.primaryId())).findFirst();
  }

  /** How many slots nobody owns. */
  public long unowned() {
    return RedisKeyLayout.SLOTS - primaries().stream().mapToLong(Node::slotCount).sum();
  }

  /** By slot, the index into {@link #primaries} of its owner; -1 where there is none. */
  public int[] owners() {
    int[] owners = new int[RedisKeyLayout.SLOTS];
    Arrays.fill(owners, -1);
    List<Node> primaries = primaries();
    for (int i = 0; i < primaries.size(); i++) {
      for (Range range : primaries.get(i).slots()) {
        Arrays.fill(owners, range.first(), range.last() + 1, i);
      }
    }
    return owners;
  }

  /**
   * One line: id, address, flags, primary, ping, pong, config epoch, link state, slots. Nodes that
   * have no address, or are just being met, are no members yet.
   */
  private static Optional<Node> node(String line, Function<String, NodeAddress> address) {
    List<String> words = Arrays.asList(line.split(" ", -1));
    List<String> flags = words.size() < 8 ? List.of() : Arrays.asList(words.get(2).split(",", -1));
    if (flags.isEmpty() || flags.contains("noaddr") || flags.contains("handshake")) {
      return Optional.empty();
    }
    List<String> owned = words.subList(8, words.size());
    boolean primary = flags.contains("master");
    return Optional.of(
        new Node(
            words.get(0),
            address.apply(words.get(1)),
            primary,
            primary ? "" : words.get(3),
            ranges(owned),
            flags.contains("fail"),
            owned.stream().anyMatch(w -> w.startsWith("["))));
  }

  /** {@code host:port@bus,name}; the host is empty where a node doesn't know its own. */
  private static NodeAddress address(String word, NodeAddress asked) {
    int bus = word.indexOf('@');
    String own = bus < 0 ? word : word.substring(0, bus);
    return NodeAddress.parse(own.startsWith(":") ? asked.host() + own : own);
  }

  private static NodeAddress announced(String word, NodeAddress asked) {
    var address = address(word, asked);
    var name = ANNOUNCED.matcher(word);
    return name.find() ? new NodeAddress(name.group(1), address.port()) : address;
  }

  private static List<Range> ranges(List<String> owned) {
    List<Range> ranges = new ArrayList<>();
    for (String word : owned) {
      if (word.isBlank() || word.startsWith("[")) {
        continue;
      }
      int dash = word.indexOf('-');
      int first = Integer.parseInt(dash < 0 ? word : word.substring(0, dash));
      ranges.add(new Range(first, dash < 0 ? first : Integer.parseInt(word.substring(dash + 1))));
    }
    return ranges;
  }
}
