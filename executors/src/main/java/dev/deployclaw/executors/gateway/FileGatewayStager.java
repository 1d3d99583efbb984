package dev.deployclaw.executors.gateway;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import dev.deployclaw.executors.nginx.EpochFolder;
import dev.deployclaw.executors.nginx.RunningConfigProbe;
import java.io.IOException;
import java.util.Map;

/** Puts an epoch's file beside the live one, has it checked, and takes it away again. */
record FileGatewayStager(FileGatewaySettings settings) {
  private static final String FORBIDDEN =
      "NGINX made a forbidden system call while it read the file, and the kernel killed it"
          + " (SIGSYS): replace its program";

  MemberReport stage(
      FileGateway gateway,
      EpochSpec activation,
      FencingToken fence,
      DesiredGatewayFile.Wanted wanted)
      throws IOException {
    var folder = new EpochFolder(gateway.folder());
    var deposed = new FenceMark(fence.term(), activation.epoch()).deposedBy(folder.standing());
    if (deposed.isPresent()) {
      return overtaken(gateway, deposed.get());
    }
    var live = folder.liveEpoch();
    if (live.isEmpty()) {
      return MemberReport.no(gateway.member(), "has no link live: " + FileGateway.REMEDY);
    }
    long epoch = activation.epoch();
    boolean there = folder.file(epoch, EpochFolder.FILE).filter(wanted::is).isPresent();
    if (!there && live.getAsLong() >= epoch) {
      return MemberReport.no(gateway.member(), "epoch " + live.getAsLong() + " is live there");
    }
    if (!there) {
      folder.write(epoch, EpochFolder.FILE, wanted.bytes());
    }
    return MemberReport.yes(gateway.member(), activation.digest(), wanted.facts());
  }

  /**
   * The vote: what was staged is what the set renders to, there is a process to act on it, and
   * NGINX takes it: its own parser does, or the process runs by this very rendering already. A file
   * that is put back as it was found is nobody's rendering, and is never parsed by the agent: it
   * could load a module. NGINX took it before; if it doesn't now, it goes on by the one that it
   * has.
   */
  MemberReport prepare(
      FileGateway gateway,
      EpochSpec activation,
      FencingToken fence,
      DesiredGatewayFile.Wanted wanted)
      throws IOException, InterruptedException {
    var folder = new EpochFolder(gateway.folder());
    var refused = new FenceMark(fence.term(), activation.epoch()).refusedBy(folder.standing());
    if (refused.isPresent()) {
      return overtaken(gateway, refused.get());
    }
    var staged = folder.file(activation.epoch(), EpochFolder.FILE);
    if (staged.isEmpty()) {
      return MemberReport.no(gateway.member(), "epoch " + activation.epoch() + " is not staged");
    }
    if (!wanted.is(staged.get())) {
      return MemberReport.no(
          gateway.member(), "the staged file is not what the policy set renders to");
    }
    if (NginxProcess.of(gateway).isEmpty()) {
      return MemberReport.unknown(gateway.member(), NginxProcess.missing(gateway));
    }
    boolean runs =
        activation.restores().isEmpty()
            && folder.liveFile().filter(wanted::is).isPresent()
            && new RunningConfigProbe(settings.answer()).actsOn(gateway.url(), wanted.config());
    if (runs) {
      return MemberReport.yes(gateway.member(), activation.digest(), wanted.facts());
    }
    return judged(gateway, activation, wanted);
  }

  private MemberReport judged(
      FileGateway gateway, EpochSpec activation, DesiredGatewayFile.Wanted wanted)
      throws IOException, InterruptedException {
    var yes = MemberReport.yes(gateway.member(), activation.digest(), wanted.facts());
    var copy = gateway.copy(activation, NginxConfigChecker.HERE);
    if (copy.isEmpty()) {
      return yes;
    }
    if (gateway.holdsItsParser()) {
      String why =
          "NGINX's program is in the gateway's own folder: put it where only root may write";
      return MemberReport.no(gateway.member(), why);
    }
    var missing = gateway.missingFolder();
    if (missing.isPresent()) {
      String why =
          "NGINX must write to %s, which doesn't exist: create it".formatted(missing.get());
      return MemberReport.no(gateway.member(), why);
    }
    return switch (new NginxConfigChecker(settings.scratch(), settings.check())
        .parse(gateway.binary(), copy.get())) {
      case NginxConfigChecker.Verdict.Accepted() -> yes;
      case NginxConfigChecker.Verdict.Refused(String output) ->
          MemberReport.no(gateway.member(), "NGINX refuses the file: " + output);
      case NginxConfigChecker.Verdict.Ended() -> MemberReport.violated(gateway.member(), FORBIDDEN);
      case NginxConfigChecker.Verdict.Unasked(String reason) ->
          MemberReport.unknown(gateway.member(), reason);
    };
  }

  MemberReport discard(FileGateway gateway, long epoch, FencingToken fence) throws IOException {
    var folder = new EpochFolder(gateway.folder());
    var deposed = new FenceMark(fence.term(), epoch).deposedBy(folder.standing());
    if (deposed.isPresent()) {
      return overtaken(gateway, deposed.get());
    }
    var live = folder.liveEpoch();
    if (live.isPresent() && live.getAsLong() == epoch) {
      return MemberReport.no(gateway.member(), "epoch " + epoch + " is live there");
    }
    if (epoch <= 0) {
      return MemberReport.no(gateway.member(), "the state before the first change is kept");
    }
    folder.delete(epoch);
    return MemberReport.yes(gateway.member(), "", Map.of("epoch", epoch));
  }

  /** Somebody newer was there: what that means for this change isn't known here. */
  static MemberReport overtaken(FileGateway gateway, String reason) {
    return new CallOutcome.Failed(new CallFault.Conflict(reason)).report(gateway.member());
  }
}
