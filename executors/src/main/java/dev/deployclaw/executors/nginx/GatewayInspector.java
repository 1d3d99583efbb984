package dev.deployclaw.executors.nginx;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.BoundedFanout;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;

/** Looks at a gateway of any kind and changes nothing. */
public record GatewayInspector(RunningConfigProbe identity) {
  /**
   * The gateway that is looked at.
   *
   * @param remedy what to do where its folder isn't set up
   * @param facts who it is
   */
  public record Subject(
      String member, URI url, LinkedFolder folder, String remedy, Map<String, Object> facts) {
    Map<String, Object> standing() throws IOException {
      var standing = new TreeMap<>(facts);
      folder.target().ifPresent(t -> standing.put("target", t));
      folder.liveEpoch().ifPresent(e -> standing.put("epoch", e));
      folder.liveFile().ifPresent(file -> standing.putAll(DesiredGatewayFile.found(file)));
      return standing;
    }
  }

  /** Who it is, and whether it answers at its address. */
  public MemberReport topology(Subject gateway) throws IOException {
    var facts = gateway.standing();
    try {
      facts.put("running", identity.running(gateway.url()));
      facts.put("answers", true);
    } catch (IOException e) {
      facts.put("answers", false);
      return MemberReport.no(
          gateway.member(), "does not answer at its address: " + BoundedFanout.describe(e), facts);
    }
    return linked(gateway, facts);
  }

  /** What it really enforces by: the linked file, and the file that the running process read. */
  public MemberReport scan(Subject gateway) throws IOException {
    var facts = gateway.standing();
    String running = identity.running(gateway.url());
    facts.put("running", running);
    facts.put(DesiredGatewayFile.KEPT, gateway.folder().kept());
    boolean linked = facts.containsKey("file");
    if (linked && !facts.getOrDefault("config", "").equals(running)) {
      return MemberReport.no(
          gateway.member(), "runs another file than the one that is linked", facts);
    }
    return linked(gateway, facts);
  }

  /**
   * Link and file.
   *
   * @param kept the file's text, so that it can be put back
   */
  public static MemberReport observe(Subject gateway, Map<String, Object> kept) throws IOException {
    var facts = gateway.standing();
    facts.putAll(kept);
    return linked(gateway, facts);
  }

  private static MemberReport linked(Subject gateway, Map<String, Object> facts) {
    return facts.containsKey("epoch") && facts.containsKey("file")
        ? MemberReport.yes(gateway.member(), String.valueOf(facts.get("file")), facts)
        : MemberReport.no(
            gateway.member(), "has no file behind the link live: " + gateway.remedy(), facts);
  }

  /** It doesn't run: only its link and file are found. */
  public static MemberReport stopped(Subject gateway, String state) throws IOException {
    return MemberReport.no(gateway.member(), state, gateway.standing());
  }
}
