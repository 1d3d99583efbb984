package dev.deployclaw.executors.docker;

import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.sandbox.Fanout;
import dev.deployclaw.executors.sandbox.GatewayFile;
import dev.deployclaw.executors.sandbox.GatewayIdentity;
import dev.deployclaw.executors.sandbox.Mark;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Looks at a gateway in a container and changes nothing. */
final class Looks {
  private final GatewayIdentity identity;

  Looks(Duration answer) {
    this.identity = new GatewayIdentity(answer);
  }

  /** Who it is, and whether it answers at its address. */
  Report topology(Found.Here gateway) throws IOException {
    var facts = standing(gateway);
    if (!gateway.runs()) {
      return no(gateway, gateway.state(), facts);
    }
    try {
      facts.put("running", identity.running(gateway.gateway().url()));
      facts.put("answers", true);
    } catch (IOException e) {
      facts.put("answers", false);
      return no(gateway, "does not answer at its address: " + Fanout.describe(e), facts);
    }
    return linked(gateway, facts);
  }

  /** What it really enforces by: the linked file, and the file that the running process read. */
  Report scan(Found.Here gateway) throws IOException {
    var facts = standing(gateway);
    String running = identity.running(gateway.gateway().url());
    facts.put("running", running);
    facts.put(GatewayFile.KEPT, gateway.view().kept());
    boolean linked = facts.containsKey("file");
    if (linked && !facts.getOrDefault("config", "").equals(running)) {
      return no(gateway, "runs another file than the one that is linked", facts);
    }
    return linked(gateway, facts);
  }

  /** Who moved the link last, and the epoch that it points to. */
  static Report marks(Found.Here gateway) throws IOException {
    var view = gateway.view();
    var fence = view.fence().orElse(Mark.NOBODY);
    long epoch = Math.max(fence.epoch(), view.liveEpoch().orElse(0));
    return Report.yes(gateway.gateway().member(), "", Map.of("epoch", epoch, "term", fence.term()));
  }

  /** Link and file, the text included, so that it can be put back. */
  Report observe(Found.Here gateway) throws IOException {
    var facts = standing(gateway);
    gateway.view().liveFile().ifPresent(file -> facts.putAll(GatewayFile.kept(file)));
    return linked(gateway, facts);
  }

  private static Map<String, Object> standing(Found.Here gateway) throws IOException {
    var view = gateway.view();
    var facts = new TreeMap<>(gateway.facts());
    view.target().ifPresent(t -> facts.put("target", t));
    view.liveEpoch().ifPresent(e -> facts.put("epoch", e));
    view.liveFile().ifPresent(file -> facts.putAll(GatewayFile.found(file)));
    return facts;
  }

  private static Report linked(Found.Here gateway, Map<String, Object> facts) {
    if (!facts.containsKey("epoch") || !facts.containsKey("file")) {
      String remedy = gateway.gateway().remedy();
      return no(gateway, "has no file behind the link live: " + remedy, facts);
    }
    return Report.yes(gateway.gateway().member(), String.valueOf(facts.get("file")), facts);
  }

  private static Report no(Found.Here gateway, String reason, Map<String, Object> facts) {
    return new Report(gateway.gateway().member(), Report.Answer.NO, "", reason, facts);
  }
}
