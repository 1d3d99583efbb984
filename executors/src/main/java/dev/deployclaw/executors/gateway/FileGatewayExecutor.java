package dev.deployclaw.executors.gateway;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import dev.deployclaw.executors.nginx.EpochFolder;
import dev.deployclaw.executors.nginx.GatewayExecutor;
import dev.deployclaw.executors.nginx.GatewayInspector;
import dev.deployclaw.executors.nginx.RunningConfigProbe;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Brings epochs to file gateways. A participant; the looks {@code topology} and {@code scan} say
 * what is there. Each verb works on all gateways, some at once, and reports each. It never starts
 * or stops a gateway. All verbs can be repeated. Without a gateway it is left out, and says so.
 */
public final class FileGatewayExecutor implements GatewayExecutor {
  private final FileGatewaySettings settings;
  private final GatewayInspector looks;
  private final FileGatewayStager staging;
  private final FileGatewayPublisher publishing;

  public FileGatewayExecutor(FileGatewaySettings settings) {
    this.settings = settings;
    var identity = new RunningConfigProbe(settings.answer());
    this.looks = new GatewayInspector(identity);
    this.staging = new FileGatewayStager(settings);
    this.publishing = new FileGatewayPublisher(identity);
  }

  @Override
  public CallOutcome execute(Invocation invocation) throws InterruptedException {
    var fence = invocation.fence();
    return switch (invocation.call()) {
      case ExecutorCall.Look(String verb, _) -> look(verb, invocation);
      case ExecutorCall.Observe _ -> all(invocation, FileGatewayExecutor::observe);
      case ExecutorCall.Stage(EpochSpec a) ->
          all(invocation, g -> file(g, a, file -> staging.stage(g, a, fence, file)));
      case ExecutorCall.Prepare(EpochSpec a) ->
          all(invocation, g -> file(g, a, file -> staging.prepare(g, a, fence, file)));
      case ExecutorCall.Publish(EpochSpec a) ->
          all(invocation, g -> file(g, a, file -> publishing.publish(g, a, fence, file)));
      case ExecutorCall.Converge(EpochSpec a) ->
          all(invocation, g -> file(g, a, file -> publishing.converge(g, a, file)));
      case ExecutorCall.Discard(long epoch) ->
          all(invocation, g -> staging.discard(g, epoch, fence));
      case ExecutorCall.SpecialCall _ -> CallOutcome.unknownVerb("gateways have", invocation);
    };
  }

  private CallOutcome look(String verb, Invocation invocation) throws InterruptedException {
    return switch (verb) {
      case "topology" -> all(invocation, g -> looks.topology(g.subject()));
      case "scan" -> all(invocation, g -> looks.scan(g.subject()));
      case "marks" -> all(invocation, FileGatewayExecutor::marks);
      default -> CallOutcome.unknownVerb("gateways have", invocation);
    };
  }

  private static MemberReport observe(FileGateway gateway) throws IOException {
    var file = new EpochFolder(gateway.folder()).liveFile();
    return GatewayInspector.observe(
        gateway.subject(), DesiredGatewayFile.kept(file.orElse(new byte[0])));
  }

  /** Who moved the link last, and the epoch that it points to. */
  private static MemberReport marks(FileGateway gateway) throws IOException {
    var mark = new EpochFolder(gateway.folder()).standing();
    return MemberReport.yes(
        gateway.member(), "", Map.of("epoch", mark.epoch(), "term", mark.term()));
  }

  private CallOutcome all(Invocation call, BoundedFanout.Question<FileGateway> question)
      throws InterruptedException {
    if (settings.gateways().isEmpty()) {
      return CallOutcome.done(
          List.of(MemberReport.skipped(name(), "no file gateway is configured")));
    }
    var fanout = BoundedFanout.by(call.deadline(), call.operation(), settings.atOnce());
    return CallOutcome.done(fanout.ask(settings.gateways(), question));
  }

  private static MemberReport file(
      FileGateway gateway, EpochSpec activation, DesiredGatewayFile.Question question)
      throws IOException, InterruptedException {
    return gateway.file(activation).ask(gateway.member(), question);
  }
}
