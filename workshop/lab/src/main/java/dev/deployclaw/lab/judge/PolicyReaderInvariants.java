package dev.deployclaw.lab.judge;

import dev.deployclaw.lab.judge.protocol.EtcdReader;
import dev.deployclaw.lab.judge.protocol.HttpReply;
import dev.deployclaw.lab.judge.protocol.JsonValue;
import dev.deployclaw.lab.judge.protocol.RespConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Whether all that read policies act on the wanted epoch, hold it, and hold no other. */
record PolicyReaderInvariants(EstateLocation place, ExpectedState wanted) {
  List<String> wrong() {
    var wrong = new ArrayList<String>();
    redis(wrong);
    place.gateways().forEach(g -> said(g.name(), wrong, () -> gateway(g, wrong)));
    place.services().forEach((name, url) -> said(name, wrong, () -> service(name, url, wrong)));
    place.served().forEach((name, prefix) -> said(name, wrong, () -> served(name, prefix, wrong)));
    return wrong;
  }

  /** A look that may get no answer. */
  interface Look {
    void at() throws IOException;
  }

  /** Takes a look; what keeps it from being taken is wrong, too. */
  static void said(String whose, List<String> wrong, Look look) {
    try {
      look.at();
    } catch (IOException | IllegalArgumentException e) {
      wrong.add(whose + ": " + e);
    }
  }

  private void redis(List<String> wrong) {
    var seen = new TreeSet<String>();
    for (String node : place.redis()) {
      said(
          "redis " + node,
          wrong,
          () -> {
            try (var resp = RespConnection.connect(node)) {
              library(node, resp, wrong);
              for (String key : resp.call("KEYS", "dc:*:policy:*")) {
                String tenant = key.substring(key.lastIndexOf(':') + 1);
                seen.add(tenant);
                rules(node, key, resp.call("HGETALL", key), wrong);
              }
            }
          });
    }
    wanted.rules().keySet().stream()
        .filter(t -> !place.redis().isEmpty() && !seen.contains(t))
        .forEach(t -> wrong.add("no redis node has tenant " + t));
  }

  private void library(String node, RespConnection resp, List<String> wrong) throws IOException {
    var said = resp.call("FCALL_RO", "dc_status", "0");
    var expected = List.of(Long.toString(wanted.epoch()), wanted.digest());
    if (said.size() < 2 || !said.subList(0, 2).equals(expected)) {
      wrong.add("redis " + node + " decides by " + said + ", not " + expected);
    }
  }

  private void rules(String node, String key, List<String> hash, List<String> wrong) {
    var ours = new TreeMap<String, String>();
    for (int i = 0; i + 1 < hash.size(); i += 2) {
      String field = hash.get(i);
      long epoch = Long.parseLong(field.substring(0, field.indexOf(':')));
      if (epoch == wanted.epoch()) {
        ours.put(field.substring(field.indexOf(':') + 1), hash.get(i + 1));
      } else if (!wanted.allowed().contains(epoch)) {
        wrong.add("redis " + node + EstateJudge.STILL_HAS + key + " " + field);
      }
    }
    var expected = expected(key.substring(key.lastIndexOf(':') + 1));
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

  private void gateway(EstateLocation.Gateway g, List<String> wrong) throws IOException {
    String target = Files.readSymbolicLink(g.folder().resolve("live")).toString();
    if (!target.equals("epochs/" + wanted.epoch())) {
      wrong.add(g.name() + " has live -> " + target);
    }
    var file = Files.readString(g.folder().resolve("live/nginx.conf"));
    String says = HttpReply.get(g.url() + "/.well-known/deployclaw").text();
    if (!GatewayFileDigest.isSaid(says, file)) {
      wrong.add(
          g.name() + " acts on " + says.strip() + ", its file is " + GatewayFileDigest.of(file));
    }
    for (String epoch : names(g.folder().resolve("epochs"))) {
      if (!epoch.equals("0") && !wanted.allowed().contains(Long.parseLong(epoch))) {
        wrong.add(g.name() + EstateJudge.STILL_HAS + "epochs/" + epoch);
      }
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }

  private void service(String namespace, String url, List<String> wrong) throws IOException {
    var decided = JsonValue.parse(HttpReply.get(url + "/v1/status").text()).at("decided");
    boolean same =
        decided.number("epoch") == wanted.epoch() && decided.text("digest").equals(wanted.digest());
    if (!same) {
      wrong.add(
          "the service of %s decides by %s %s"
              .formatted(namespace, decided.text("epoch"), decided.text("digest")));
    }
  }

  /** A configuration store: one epoch is active, whole, and the documents are those promised. */
  private void served(String name, String prefix, List<String> wrong) throws IOException {
    var keys = new EtcdReader(place.etcd()).keys(prefix);
    var active = keys.json("active").orElseThrow(() -> new IOException("nothing is active there"));
    String at = "epochs/" + wanted.epoch() + "/";
    boolean same =
        active.number("epoch") == wanted.epoch() && active.text("digest").equals(wanted.digest());
    if (!same || keys.bytes(at + "manifest").isEmpty()) {
      wrong.add("store " + name + " serves epoch " + active.text("epoch"));
    }
    var tenants = new TreeSet<>(keys.under(at + "tenants/"));
    if (!tenants.equals(wanted.rules().keySet())) {
      wrong.add("store " + name + " serves tenants " + tenants);
    }
    for (String key : keys.under("epochs/")) {
      if (!wanted.allowed().contains(Long.parseLong(key.substring(0, key.indexOf('/'))))) {
        wrong.add("store " + name + EstateJudge.STILL_HAS + "epochs/" + key);
      }
    }
  }
}
