package dev.deployclaw.executors.gateway;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import dev.deployclaw.executors.nginx.EpochFolder;
import dev.deployclaw.executors.nginx.RunningConfigProbe;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Looks at a gateway and changes nothing. */
final class FileGatewayInspector {
  private final RunningConfigProbe identity;

  FileGatewayInspector(Duration answer) {
    this.identity = new RunningConfigProbe(answer);
  }

  /** Who it is, and whether it answers at its address. */
  MemberReport topology(FileGateway gateway) throws IOException {
    var facts = standing(gateway);
    try {
      facts.put("running", identity.running(gateway.url()));
      facts.put("answers", true);
    } catch (IOException e) {
      facts.put("answers", false);
      return no(gateway, "does not answer at its address: " + BoundedFanout.describe(e), facts);
    }
    return linked(gateway, facts);
  }

  /** What it really enforces by: the linked file, and the file that the running process read. */
  MemberReport scan(FileGateway gateway) throws IOException {
    var facts = standing(gateway);
    String running = identity.running(gateway.url());
    facts.put("running", running);
    facts.put(DesiredGatewayFile.KEPT, new EpochFolder(gateway.folder()).kept());
    boolean linked = facts.containsKey("file");
    if (linked && !facts.getOrDefault("config", "").equals(running)) {
      return no(gateway, "runs another file than the one that is linked", facts);
    }
    return linked(gateway, facts);
  }

  /** Who moved the link last, and the epoch that it points to. */
  static MemberReport marks(FileGateway gateway) throws IOException {
    var mark = new EpochFolder(gateway.folder()).standing();
    return MemberReport.yes(
        gateway.member(), "", Map.of("epoch", mark.epoch(), "term", mark.term()));
  }

  /** Link and file, the text included, so that it can be put back. */
  MemberReport observe(FileGateway gateway) throws IOException {
    var facts = standing(gateway);
    var file = new EpochFolder(gateway.folder()).liveFile();
    facts.putAll(DesiredGatewayFile.kept(file.orElse(new byte[0])));
    return linked(gateway, facts);
  }

  private static Map<String, Object> standing(FileGateway gateway) throws IOException {
    var folder = new EpochFolder(gateway.folder());
    var facts = new TreeMap<String, Object>();
    facts.put("member", gateway.member());
    facts.put("name", gateway.name());
    facts.put("namespace", gateway.namespace());
    facts.put("url", gateway.url().toString());
    folder.target().ifPresent(t -> facts.put("target", t));
    folder.liveEpoch().ifPresent(e -> facts.put("epoch", e));
    folder.liveFile().ifPresent(file -> facts.putAll(DesiredGatewayFile.found(file)));
    return facts;
  }

  private static MemberReport linked(FileGateway gateway, Map<String, Object> facts) {
    if (!facts.containsKey("epoch") || !facts.containsKey("file")) {
      return no(gateway, "has no file behind the link live: " + FileGateway.REMEDY, facts);
    }
    return MemberReport.yes(gateway.member(), String.valueOf(facts.get("file")), facts);
  }

  private static MemberReport no(FileGateway gateway, String reason, Map<String, Object> facts) {
    return new MemberReport(gateway.member(), MemberReport.Answer.NO, "", reason, facts);
  }
}
