package dev.deployclaw.executors.docker.gateway;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import dev.deployclaw.executors.nginx.RunningConfigProbe;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Looks at a gateway in a container and changes nothing. */
final class ContainerGatewayInspector {
  private final RunningConfigProbe identity;

  ContainerGatewayInspector(Duration answer) {
    this.identity = new RunningConfigProbe(answer);
  }

  /** Who it is, and whether it answers at its address. */
  MemberReport topology(ResolvedContainer.Present gateway) throws IOException {
    var facts = standing(gateway);
    if (!gateway.runs()) {
      return no(gateway, gateway.state(), facts);
    }
    try {
      facts.put("running", identity.running(gateway.gateway().url()));
      facts.put("answers", true);
    } catch (IOException e) {
      facts.put("answers", false);
      return no(gateway, "does not answer at its address: " + BoundedFanout.describe(e), facts);
    }
    return linked(gateway, facts);
  }

  /** What it really enforces by: the linked file, and the file that the running process read. */
  MemberReport scan(ResolvedContainer.Present gateway) throws IOException {
    var facts = standing(gateway);
    String running = identity.running(gateway.gateway().url());
    facts.put("running", running);
    facts.put(DesiredGatewayFile.KEPT, gateway.view().kept());
    boolean linked = facts.containsKey("file");
    if (linked && !facts.getOrDefault("config", "").equals(running)) {
      return no(gateway, "runs another file than the one that is linked", facts);
    }
    return linked(gateway, facts);
  }

  /** Who moved the link last, and the epoch that it points to. */
  static MemberReport marks(ResolvedContainer.Present gateway) throws IOException {
    var view = gateway.view();
    var fence = view.fence().orElse(FenceMark.NOBODY);
    long epoch = Math.max(fence.epoch(), view.liveEpoch().orElse(0));
    return MemberReport.yes(
        gateway.gateway().member(), "", Map.of("epoch", epoch, "term", fence.term()));
  }

  /** Link and file, the text included, so that it can be put back. */
  MemberReport observe(ResolvedContainer.Present gateway) throws IOException {
    var facts = standing(gateway);
    gateway.view().liveFile().ifPresent(file -> facts.putAll(DesiredGatewayFile.kept(file)));
    return linked(gateway, facts);
  }

  private static Map<String, Object> standing(ResolvedContainer.Present gateway)
      throws IOException {
    var view = gateway.view();
    var facts = new TreeMap<>(gateway.facts());
    view.target().ifPresent(t -> facts.put("target", t));
    view.liveEpoch().ifPresent(e -> facts.put("epoch", e));
    view.liveFile().ifPresent(file -> facts.putAll(DesiredGatewayFile.found(file)));
    return facts;
  }

  private static MemberReport linked(ResolvedContainer.Present gateway, Map<String, Object> facts) {
    if (!facts.containsKey("epoch") || !facts.containsKey("file")) {
      String remedy = gateway.gateway().remedy();
      return no(gateway, "has no file behind the link live: " + remedy, facts);
    }
    return MemberReport.yes(gateway.gateway().member(), String.valueOf(facts.get("file")), facts);
  }

  private static MemberReport no(
      ResolvedContainer.Present gateway, String reason, Map<String, Object> facts) {
    return new MemberReport(gateway.gateway().member(), MemberReport.Answer.NO, "", reason, facts);
  }
}
