package dev.deployclaw.executors.redis.inspect;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.activation.ActivationState;
import dev.deployclaw.executors.redis.activation.RuleStager;
import dev.deployclaw.executors.redis.cluster.ClusterTopology.Node;
import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.executors.redis.cluster.RedisNodes;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * What every node holds: the library, the fence, the staged rules by epoch, and the keys that
 * somebody's scripts wrote before ({@code rate_limit:<tenant>}). Rules are given as a count and a
 * hash: what they say follows from the policy set of their epoch.
 */
public record NodeInspector(RedisNodes nodes) {
  static final String BROWNFIELD = "rate_limit:*";

  /** The most brownfield keys that are reported per node. */
  private static final int MOST_BROWNFIELD = 10_000;

  private static final int MOST_COUNTERS = 10_000;

  private static final Pattern EPOCH_FIELD = Pattern.compile("(\\d{1,18}):.*");

  /**
   * For a look: the library's constants, not its source, and the slots that the node holds. A
   * library with our constants and other code is a NO.
   */
  public CallOutcome scan() throws InterruptedException {
    var topology = nodes.topology();
    return nodes.each(
        topology.nodes(),
        (node, link) -> link.call(c -> scan(c, node, topology.owner(node).orElse(node))));
  }

  /** The highest epoch and term that each node names: its library's, and its fence's. */
  public CallOutcome marks() throws InterruptedException {
    return nodes.each(nodes.topology().nodes(), (node, link) -> link.call(c -> marks(c, node)));
  }

  /** For a checkpoint: the library's source too, so that it can be put back as it was. */
  public CallOutcome observe() throws InterruptedException {
    return nodes.each(nodes.topology().nodes(), (node, link) -> link.call(c -> observe(c, node)));
  }

  /**
   * Which of the keys in {@code keys} there are, as their primaries say; without writing, and
   * without their values. Facts: {@code present} and {@code absent}.
   */
  public CallOutcome counters(Map<String, Object> arguments) throws InterruptedException {
    if (!(arguments.get("keys") instanceof List<?> list) || list.size() > MOST_COUNTERS) {
      return CallOutcome.failed(new CallFault.Invalid("keys: a list of at most " + MOST_COUNTERS));
    }
    var keys = list.stream().map(String::valueOf).toList();
    return nodes.each(
        nodes.wholeTopology().primaries(),
        (node, link) ->
            link.call(c -> {
              var own = keys.stream().filter(k -> node.owns(RedisKeyLayout.slot(k))).toList();
              return counters(c, node, own);
            }));
  }

  private static MemberReport counters(Connection c, Node node, List<String> keys) {
    var present = new ArrayList<String>();
    var absent = new ArrayList<String>();
    NodeCommands.each(
        c,
        keys,
        key -> NodeCommands.command("EXISTS", key),
        (key, answer) -> {
          if (answer instanceof JedisDataException moved) {
            throw moved;
          }
          (answer instanceof Long n && n == 1 ? present : absent).add(key);
        });
    return MemberReport.yes(node.member(), "", Map.of("present", present, "absent", absent));
  }

  private static MemberReport marks(Connection c, Node node) {
    var library =
        ActivationState.constants(c)
            .map(k -> new FenceMark(k.term(), k.epoch(), k.step()))
            .orElse(FenceMark.NOBODY);
    boolean fenced = node.primary() && !node.slots().isEmpty();
    var fence = fenced ? ActivationState.fence(c, node).orElse(FenceMark.NOBODY) : FenceMark.NOBODY;
    return MemberReport.yes(
        node.member(),
        "",
        Map.of(
            "epoch", Math.max(library.epoch(), fence.epoch()),
            "term", Math.max(library.term(), fence.term())));
  }

  private static MemberReport scan(Connection c, Node node, Node owner) {
    String library = ActivationState.library(c).orElse("");
    var facts = new TreeMap<String, Object>();
    facts.put(
        "slots", owner.slots().stream().map(Object::toString).collect(Collectors.joining(",")));
    var report = report(c, node, library, facts);
    return report.digest().isEmpty()
        ? report
        : ActivationState.fault(library)
            .map(fault ->
                new MemberReport(
                    report.member(),
                    MemberReport.Answer.NO,
                    report.digest(),
                    fault,
                    report.facts()))
            .orElse(report);
  }

  private static MemberReport observe(Connection c, Node node) {
    String source = ActivationState.library(c).orElse("");
    var facts = new TreeMap<String, Object>();
    facts.put("library", source);
    return report(c, node, source, facts);
  }

  private static MemberReport report(
      Connection c, Node node, String library, Map<String, Object> facts) {
    var constants = FunctionLibrary.read(library);
    facts.put("role", node.primary() ? "primary" : "replica");
    facts.put("staged", staged(c));
    facts.put("brownfield", brownfield(c));
    if (node.primary() && !node.slots().isEmpty()) {
      facts.put("fence", ActivationState.fence(c, node).map(FenceMark::text).orElse(""));
    }
    constants.ifPresent(k -> {
      facts.put("epoch", k.epoch());
      facts.put("predecessor", k.predecessor());
      facts.put("term", k.term());
      k.trial()
          .ifPresent(t ->
              facts.put("candidate", Map.of("epoch", t.epoch(), "cohort", t.cohort().share())));
    });
    return MemberReport.yes(node.member(), constants.map(k -> k.digest()).orElse(""), facts);
  }

  /** By epoch, how many tenants have fields of it, and the hash of them all in order. */
  private static Map<String, Object> staged(Connection c) {
    Map<String, List<String>> lines = new HashMap<>();
    Map<String, Long> tenants = new HashMap<>();
    NodeCommands.each(
        c,
        NodeCommands.scan(c, RuleStager.HASHES, RuleStager.MOST_HASHES),
        key -> NodeCommands.command("HGETALL", key),
        (key, answer) -> {
          var epochs = new HashSet<String>();
          List<?> pairs = NodeCommands.list(answer);
          for (int i = 0; i + 1 < pairs.size(); i += 2) {
            String field = NodeCommands.text(pairs.get(i));
            var match = EPOCH_FIELD.matcher(field);
            String epoch = match.matches() ? match.group(1) : "";
            epochs.add(epoch);
            lines
                .computeIfAbsent(epoch, _ -> new ArrayList<>())
                .add(key + " " + field + " " + NodeCommands.text(pairs.get(i + 1)));
          }
          epochs.forEach(e -> tenants.merge(e, 1L, Long::sum));
        });
    Map<String, Object> staged = new TreeMap<>();
    lines.forEach((epoch, found) -> {
      Collections.sort(found);
      String hash = CanonicalJson.sha256(CanonicalJson.bytes(found));
      staged.put(epoch, Map.of("tenants", tenants.getOrDefault(epoch, 0L), "sha256", hash));
    });
    return staged;
  }

  private static Map<String, Object> brownfield(Connection c) {
    Map<String, Object> found = new TreeMap<>();
    NodeCommands.each(
        c,
        NodeCommands.scan(c, BROWNFIELD, MOST_BROWNFIELD),
        key -> NodeCommands.command("GET", key),
        (key, answer) ->
            found.put(
                key,
                answer instanceof JedisDataException ? "(no string)" : NodeCommands.text(answer)));
    return found;
  }
}
