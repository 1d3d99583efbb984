package dev.deployclaw.executors.gateway;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import dev.deployclaw.executors.nginx.EpochFolder;
import dev.deployclaw.executors.nginx.RunningConfigProbe;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a staged file the live one, and finds out whether the running process acts on it.
 *
 * <p>Whether a reload is needed is seen from the process: an agent that died between the link and
 * the signal is repaired by publishing again. That the old workers are gone is seen from those that
 * ran before the reload, whose marks are kept beside the file: it works for a hand-written file
 * too, which can't say who it is.
 */
record FileGatewayPublisher(RunningConfigProbe identity) {
  MemberReport publish(
      FileGateway gateway,
      EpochSpec activation,
      FencingToken fence,
      DesiredGatewayFile.Wanted wanted)
      throws IOException, InterruptedException {
    long epoch = activation.epoch();
    var refused = switched(gateway, new FenceMark(fence.term(), epoch), wanted);
    if (refused.isPresent()) {
      return FileGatewayStager.overtaken(gateway, refused.get());
    }
    if (identity.actsOn(gateway.url(), wanted.config()) && !awaitsReload(gateway, epoch)) {
      return MemberReport.yes(gateway.member(), activation.digest(), Map.of("changed", false));
    }
    return reload(gateway, activation);
  }

  /** One look. */
  MemberReport converge(FileGateway gateway, EpochSpec activation, DesiredGatewayFile.Wanted wanted)
      throws IOException {
    var folder = new EpochFolder(gateway.folder());
    String target = folder.target().orElse("nothing");
    if (!target.equals("epochs/" + activation.epoch())) {
      return MemberReport.no(gateway.member(), "live points to " + target);
    }
    if (folder.liveFile().filter(wanted::is).isEmpty()) {
      return MemberReport.no(gateway.member(), "the live file is not the committed one");
    }
    return process(gateway, activation, wanted);
  }

  /** The link moves under the fence; what is written before it is invisible. */
  private static Optional<String> switched(
      FileGateway gateway, FenceMark mark, DesiredGatewayFile.Wanted wanted)
      throws IOException, InterruptedException {
    var folder = new EpochFolder(gateway.folder());
    var refused = mark.refusedBy(folder.standing());
    if (refused.isPresent()) {
      return refused;
    }
    if (folder.liveFile().filter(wanted::is).isEmpty()) {
      keepWorkers(gateway, mark.epoch());
    }
    if (folder.file(mark.epoch(), EpochFolder.FILE).filter(wanted::is).isEmpty()) {
      folder.write(mark.epoch(), EpochFolder.FILE, wanted.bytes());
    }
    return folder.switchTo(mark);
  }

  private MemberReport reload(FileGateway gateway, EpochSpec activation)
      throws IOException, InterruptedException {
    var master = NginxProcess.of(gateway);
    if (master.isEmpty()) {
      return MemberReport.unknown(
          gateway.member(), "the file is switched, but " + NginxProcess.missing(gateway));
    }
    var _ = master.get().awaitStarted();
    keepWorkers(gateway, activation.epoch());
    master.get().reload();
    return MemberReport.yes(gateway.member(), activation.digest(), Map.of("changed", true));
  }

  /** Before the link moves, so that a later look knows whether the reload came. */
  private static void keepWorkers(FileGateway gateway, long epoch) throws IOException {
    var master = NginxProcess.of(gateway);
    if (master.isPresent()) {
      new EpochFolder(gateway.folder())
          .write(epoch, EpochFolder.WORKERS, master.get().marks().getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * Whether the workers are still those that read another file before. A file that was changed by
   * hand can name the right digest, so what the process says of itself is not enough.
   */
  private static boolean awaitsReload(FileGateway gateway, long epoch) throws IOException {
    var before = new EpochFolder(gateway.folder()).text(epoch, EpochFolder.WORKERS);
    var master = NginxProcess.of(gateway);
    return before.isPresent() && master.isPresent() && !master.get().renewed(before.get());
  }

  private MemberReport process(
      FileGateway gateway, EpochSpec activation, DesiredGatewayFile.Wanted wanted)
      throws IOException {
    var master = NginxProcess.of(gateway);
    if (master.isEmpty()) {
      return MemberReport.no(gateway.member(), NginxProcess.missing(gateway));
    }
    String before =
        new EpochFolder(gateway.folder()).text(activation.epoch(), EpochFolder.WORKERS).orElse("");
    var stale = master.get().stale(before);
    if (!stale.isEmpty()) {
      return MemberReport.no(
          gateway.member(), stale.size() + " worker of an older file still runs");
    }
    if (master.get().workers().isEmpty()) {
      return MemberReport.no(gateway.member(), "no worker runs");
    }
    var others = identity.others(gateway.url(), wanted.config());
    if (!others.isEmpty()) {
      return MemberReport.no(gateway.member(), "acts on another file: " + others.getFirst());
    }
    var facts = Map.<String, Object>of("file", CanonicalJson.sha256(wanted.bytes()));
    return MemberReport.yes(gateway.member(), activation.digest(), facts);
  }
}
