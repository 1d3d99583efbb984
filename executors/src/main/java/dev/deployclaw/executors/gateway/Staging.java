package dev.deployclaw.executors.gateway;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.sandbox.EpochFolder;
import dev.deployclaw.executors.sandbox.GatewayFile;
import dev.deployclaw.executors.sandbox.GatewayIdentity;
import dev.deployclaw.executors.sandbox.Mark;
import java.io.IOException;
import java.util.Map;

/** Puts an epoch's file beside the live one, has it checked, and takes it away again. */
final class Staging {
  private final NginxParser parser;
  private final GatewayIdentity identity;

  Staging(GatewaySettings settings) {
    this.parser = new NginxParser(settings.scratch(), settings.check());
    this.identity = new GatewayIdentity(settings.answer());
  }

  Report stage(FileGateway gateway, Activation activation, Fence fence, GatewayFile.Wanted wanted)
      throws IOException {
    var folder = new EpochFolder(gateway.folder());
    var deposed = new Mark(fence.term(), activation.epoch()).deposedBy(folder.standing());
    if (deposed.isPresent()) {
      return overtaken(gateway, deposed.get());
    }
    var live = folder.liveEpoch();
    if (live.isEmpty()) {
      return Report.no(gateway.member(), "has no link live: " + FileGateway.REMEDY);
    }
    long epoch = activation.epoch();
    boolean there = folder.file(epoch, EpochFolder.FILE).filter(wanted::is).isPresent();
    if (!there && live.getAsLong() >= epoch) {
      return Report.no(gateway.member(), "epoch " + live.getAsLong() + " is live there");
    }
    if (!there) {
      folder.write(epoch, EpochFolder.FILE, wanted.bytes());
    }
    return Report.yes(gateway.member(), activation.digest(), wanted.facts());
  }

  /**
   * The vote: what was staged is what the set renders to, there is a process to act on it, and
   * NGINX takes it: its own parser does, or the process runs by this very rendering already. A file
   * that is put back as it was found is nobody's rendering, and is never parsed by the agent: it
   * could load a module. NGINX took it before; if it doesn't now, it goes on by the one that it
   * has.
   */
  Report prepare(FileGateway gateway, Activation activation, Fence fence, GatewayFile.Wanted wanted)
      throws IOException, InterruptedException {
    var folder = new EpochFolder(gateway.folder());
    var refused = new Mark(fence.term(), activation.epoch()).refusedBy(folder.standing());
    if (refused.isPresent()) {
      return overtaken(gateway, refused.get());
    }
    var staged = folder.file(activation.epoch(), EpochFolder.FILE);
    if (staged.isEmpty()) {
      return Report.no(gateway.member(), "epoch " + activation.epoch() + " is not staged");
    }
    if (!wanted.is(staged.get())) {
      return Report.no(gateway.member(), "the staged file is not what the policy set renders to");
    }
    if (Master.of(gateway).isEmpty()) {
      return Report.unknown(gateway.member(), Master.missing(gateway));
    }
    boolean runs =
        activation.restores().isEmpty()
            && folder.liveFile().filter(wanted::is).isPresent()
            && identity.actsOn(gateway.url(), wanted.config());
    if (runs) {
      return Report.yes(gateway.member(), activation.digest(), wanted.facts());
    }
    return judged(gateway, activation, wanted);
  }

  private Report judged(FileGateway gateway, Activation activation, GatewayFile.Wanted wanted)
      throws IOException, InterruptedException {
    var yes = Report.yes(gateway.member(), activation.digest(), wanted.facts());
    var copy = gateway.copy(activation, NginxParser.HERE);
    if (copy.isEmpty()) {
      return yes;
    }
    if (gateway.holdsItsParser()) {
      String why =
          "NGINX's program is in the gateway's own folder: put it where only root may write";
      return Report.no(gateway.member(), why);
    }
    var missing = gateway.missingFolder();
    if (missing.isPresent()) {
      String why = "NGINX is to write to %s, which isn't there: make it".formatted(missing.get());
      return Report.no(gateway.member(), why);
    }
    return switch (parser.parse(gateway.binary(), copy.get())) {
      case NginxParser.Verdict.Accepted() -> yes;
      case NginxParser.Verdict.Refused(String output) ->
          Report.no(gateway.member(), "NGINX refuses the file: " + output);
      case NginxParser.Verdict.Unasked(String reason) -> Report.unknown(gateway.member(), reason);
    };
  }

  Report discard(FileGateway gateway, long epoch, Fence fence) throws IOException {
    var folder = new EpochFolder(gateway.folder());
    var deposed = new Mark(fence.term(), epoch).deposedBy(folder.standing());
    if (deposed.isPresent()) {
      return overtaken(gateway, deposed.get());
    }
    var live = folder.liveEpoch();
    if (live.isPresent() && live.getAsLong() == epoch) {
      return Report.no(gateway.member(), "epoch " + epoch + " is live there");
    }
    if (epoch <= 0) {
      return Report.no(gateway.member(), "what was found before the first change is kept");
    }
    folder.delete(epoch);
    return Report.yes(gateway.member(), "", Map.of("epoch", epoch));
  }

  /** Somebody newer was there: what that means for this change isn't known here. */
  static Report overtaken(FileGateway gateway, String reason) {
    return new Outcome.Failed(new Fault.Conflict(reason)).report(gateway.member());
  }
}
