package dev.deployclaw.executors.docker;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import java.io.IOException;
import java.util.Map;

/** Puts an epoch's file beside the live one, has it checked, and takes it away again. */
record ContainerGatewayStager(ContainerConfigChecker parser) {
  MemberReport stage(
      ResolvedContainer.Present gateway, EpochSpec activation, DesiredGatewayFile.Wanted wanted)
      throws IOException {
    var view = gateway.view();
    var live = view.liveEpoch();
    if (!gateway.isMounted() || live.isEmpty()) {
      return no(gateway, "has no link live on a mount: " + gateway.gateway().remedy());
    }
    long epoch = activation.epoch();
    boolean there = view.file(epoch).filter(wanted::is).isPresent();
    if (!there && live.getAsLong() >= epoch) {
      return no(gateway, "epoch " + live.getAsLong() + " is live there");
    }
    if (!there) {
      gateway.shelf().write(epoch, GatewayFolder.FILE, wanted.bytes());
    }
    return MemberReport.yes(gateway.gateway().member(), activation.digest(), wanted.facts());
  }

  /**
   * The vote: what the container sees staged is what the set renders to, its own image's NGINX
   * takes it, and there is a process that will read it. A file that is put back as it was found is
   * not parsed: it may need what only the gateway has. NGINX took it before; if it doesn't now, it
   * goes on by the one that it has.
   */
  MemberReport prepare(
      ResolvedContainer.Present gateway,
      EpochSpec activation,
      FencingToken fence,
      DesiredGatewayFile.Wanted wanted)
      throws IOException, InterruptedException {
    var staged = gateway.view().file(activation.epoch());
    if (staged.isEmpty()) {
      return no(gateway, "epoch " + activation.epoch() + " is not staged: " + unseen(gateway));
    }
    if (!wanted.is(staged.get())) {
      return no(gateway, "the staged file is not what the policy set renders to");
    }
    if (!gateway.runs()) {
      return MemberReport.unknown(gateway.gateway().member(), gateway.state() + ": start it");
    }
    var wrong = deaf(gateway);
    if (!wrong.isEmpty()) {
      return no(gateway, wrong);
    }
    var yes = MemberReport.yes(gateway.gateway().member(), activation.digest(), wanted.facts());
    var copy = gateway.gateway().copy(activation);
    if (copy.isEmpty()) {
      return yes;
    }
    return switch (parser.parse(gateway, copy.get(), fence.term())) {
      case ContainerConfigChecker.Verdict.Accepted() -> yes;
      case ContainerConfigChecker.Verdict.Refused(String output) ->
          no(gateway, "NGINX refuses the file: " + output);
      case ContainerConfigChecker.Verdict.Undecided(String reason) ->
          MemberReport.unknown(gateway.gateway().member(), reason);
    };
  }

  MemberReport discard(ResolvedContainer.Present gateway, long epoch) throws IOException {
    var live = gateway.view().liveEpoch();
    if (live.isPresent() && live.getAsLong() == epoch) {
      return no(gateway, "epoch " + epoch + " is live there");
    }
    if (epoch <= 0) {
      return no(gateway, "the state before the first change is kept");
    }
    gateway.shelf().delete(epoch);
    return MemberReport.yes(gateway.gateway().member(), "", Map.of("epoch", epoch));
  }

  /** Why nothing would read the file; empty where all is well. */
  private static String deaf(ResolvedContainer.Present gateway) {
    var nginx = ContainerProcessList.of(gateway.client(), gateway.id());
    if (nginx.master().filter(m -> m.contains(gateway.gateway().liveFile())).isEmpty()) {
      return "no NGINX runs in it that reads the link: " + gateway.gateway().remedy();
    }
    boolean signalled = gateway.gateway().reload() == ContainerGateway.Reload.SIGNAL;
    return signalled && !nginx.first()
        ? "a signal doesn't reach its NGINX, which isn't its first process: start it with exec, or"
            + " set reload: restart"
        : "";
  }

  private static String unseen(ResolvedContainer.Present gateway) {
    return switch (gateway.gateway().reach()) {
      case ContainerGateway.Reach.Mounted(var folder) ->
          "its container doesn't see this file; is %s mounted at %s?"
              .formatted(folder, gateway.gateway().inside());
      case ContainerGateway.Reach.Archive() -> "it was removed";
    };
  }

  private static MemberReport no(ResolvedContainer.Present gateway, String reason) {
    return MemberReport.no(gateway.gateway().member(), reason);
  }
}
