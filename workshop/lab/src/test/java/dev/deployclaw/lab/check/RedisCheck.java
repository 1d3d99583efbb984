package dev.deployclaw.lab.check;

import dev.deployclaw.testkit.process.CommandRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Whether every node of the cluster, replicas too, decides by the wanted epoch and holds it. */
record RedisCheck(List<String> nodes, ExpectedEpoch wanted) {
  private static final String READ_ANYWHERE = "READONLY\n";

  List<String> wrong() {
    var wrong = new ArrayList<String>();
    var seen = new TreeSet<String>();
    for (String node : nodes) {
      library(node, wrong);
      for (String key : say(node, "KEYS dc:*:policy:*")) {
        String tenant = key.substring(key.lastIndexOf(':') + 1);
        seen.add(tenant);
        policy(node, key, tenant, wrong);
      }
    }
    wanted.rules().keySet().stream()
        .filter(t -> !seen.contains(t))
        .forEach(t -> wrong.add("no redis node has tenant " + t));
    return wrong;
  }

  private void library(String node, List<String> wrong) {
    var said = say(node, "FCALL_RO dc_status 0");
    var expected = List.of(Long.toString(wanted.epoch()), wanted.digest());
    if (said.size() < 2 || !said.subList(0, 2).equals(expected)) {
      wrong.add("redis " + node + " decides by " + said + ", not " + expected);
    }
  }

  private void policy(String node, String key, String tenant, List<String> wrong) {
    var lines = say(node, "HGETALL " + key);
    var ours = new TreeMap<String, String>();
    for (int i = 0; i + 1 < lines.size(); i += 2) {
      String field = lines.get(i);
      long epoch = Long.parseLong(field.substring(0, field.indexOf(':')));
      if (epoch == wanted.epoch()) {
        ours.put(field.substring(field.indexOf(':') + 1), lines.get(i + 1));
      } else if (!wanted.allowed().contains(epoch)) {
        wrong.add("redis " + node + " still has " + key + " " + field);
      }
    }
    var expected = expected(tenant);
    if (!ours.equals(expected)) {
      wrong.add("redis " + node + " has " + key + " = " + ours + ", not " + expected);
    }
  }

  private SortedMap<String, String> expected(String tenant) {
    var rules = wanted.rules().get(tenant);
    if (rules == null) {
      return new TreeMap<>();
    }
    var out = new TreeMap<>(rules);
    out.put("#", "open " + wanted.digest().substring(0, 16));
    return out;
  }

  private static List<String> say(String node, String command) {
    int colon = node.lastIndexOf(':');
    var said =
        CommandRunner.of(
                "redis-cli", "-h", node.substring(0, colon), "-p", node.substring(colon + 1))
            .reading(READ_ANYWHERE + command + "\n")
            .must();
    return said.lines().skip(1).filter(line -> !line.isEmpty()).toList();
  }
}
