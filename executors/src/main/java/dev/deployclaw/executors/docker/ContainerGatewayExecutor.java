package dev.deployclaw.executors.docker;

import com.github.dockerjava.api.DockerClient;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import dev.deployclaw.executors.nginx.GatewayExecutor;
import dev.deployclaw.executors.nginx.GatewayInspector;
import dev.deployclaw.executors.nginx.RunningConfigProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Brings epochs to gateways in containers. A participant, under the name of all gateways; the looks
 * {@code topology} and {@code scan} say what is there. Each verb lists the daemon's containers
 * once, works on all gateways, some at once, and reports each. Only containers that the
 * configuration names are touched. None is started or stopped, except that one whose reload is
 * {@code restart} is restarted. All verbs can be repeated.
 */
public final class ContainerGatewayExecutor implements GatewayExecutor {
  private final ContainerGatewaySettings settings;
  private final DockerSettings docker;
  private final GatewayInspector looks;
  private final ContainerGatewayStager staging;
  private final ContainerGatewayPublisher publishing;

  public ContainerGatewayExecutor(ContainerGatewaySettings settings) {
    this.settings = settings;
    this.docker = settings.docker().patient(settings.check());
    var identity = new RunningConfigProbe(settings.answer());
    this.looks = new GatewayInspector(identity);
    this.staging = new ContainerGatewayStager(new ContainerConfigChecker(settings.check()));
    this.publishing = new ContainerGatewayPublisher(identity);
  }

  @Override
  public CallOutcome execute(Invocation invocation) throws InterruptedException {
    FencingToken fence = invocation.fence();
    return switch (invocation.call()) {
      case ExecutorCall.Look(String verb, _) -> look(verb, invocation);
      case ExecutorCall.Observe _ -> all(invocation, ContainerGatewayExecutor::observe);
      case ExecutorCall.Stage(EpochSpec a) ->
          all(invocation, g -> file(g, a, wanted -> staging.stage(g, a, wanted)));
      case ExecutorCall.Prepare(EpochSpec a) ->
          all(invocation, g -> file(g, a, wanted -> staging.prepare(g, a, fence, wanted)));
      case ExecutorCall.Publish(EpochSpec a) ->
          all(invocation, g -> file(g, a, wanted -> publishing.publish(g, a, fence, wanted)));
      case ExecutorCall.Converge(EpochSpec a) ->
          all(invocation, g -> file(g, a, wanted -> publishing.converge(g, a, wanted)));
      case ExecutorCall.Discard(long epoch) -> all(invocation, g -> staging.discard(g, epoch));
      case ExecutorCall.SpecialCall _ ->
          CallOutcome.unknownVerb("gateways in containers have", invocation);
    };
  }

  /** Asks a gateway whose container was found. */
  @FunctionalInterface
  private interface Question {
    MemberReport ask(ResolvedContainer.Present gateway) throws IOException, InterruptedException;
  }

  private CallOutcome look(String verb, Invocation invocation) throws InterruptedException {
    return switch (verb) {
      case "topology" -> all(invocation, this::topology);
      case "scan" -> all(invocation, g -> looks.scan(g.subject()));
      case "marks" -> all(invocation, ContainerGatewayExecutor::marks);
      default -> CallOutcome.unknownVerb("gateways in containers have", invocation);
    };
  }

  private MemberReport topology(ResolvedContainer.Present gateway) throws IOException {
    return gateway.runs()
        ? looks.topology(gateway.subject())
        : GatewayInspector.stopped(gateway.subject(), gateway.state());
  }

  private static MemberReport observe(ResolvedContainer.Present gateway) throws IOException {
    var kept = gateway.view().liveFile().map(DesiredGatewayFile::kept).orElse(Map.of());
    return GatewayInspector.observe(gateway.subject(), kept);
  }

  /** Who moved the link last, and the epoch that it points to. */
  private static MemberReport marks(ResolvedContainer.Present gateway) throws IOException {
    var view = gateway.view();
    var fence = view.fence().orElse(FenceMark.NOBODY);
    long epoch = Math.max(fence.epoch(), view.liveEpoch().orElse(0));
    return MemberReport.yes(
        gateway.gateway().member(), "", Map.of("epoch", epoch, "term", fence.term()));
  }

  /** One list of containers for all; a daemon that can't be asked leaves every gateway unknown. */
  private CallOutcome all(Invocation call, Question question) throws InterruptedException {
    var fanout = BoundedFanout.by(call.deadline(), call.operation(), settings.atOnce());
    try (DockerClient client = DockerConnector.open(docker, settings.atOnce() * 2)) {
      var listed = client.listContainersCmd().withShowAll(true).exec();
      return CallOutcome.done(
          fanout.ask(
              settings.gateways(),
              g -> one(g, ResolvedContainer.among(listed, client, g), question)));
    } catch (IOException e) {
      throw new UncheckedIOException("closing the client", e);
    } catch (RuntimeException e) {
      var fault = DockerFaultMapper.of(e, docker.host());
      return CallOutcome.done(settings.gateways().stream().map(g -> faulty(g, fault)).toList());
    }
  }

  private MemberReport one(ContainerGateway gateway, ResolvedContainer found, Question question)
      throws IOException, InterruptedException {
    try {
      return switch (found) {
        case ResolvedContainer.Present here -> question.ask(here);
        case ResolvedContainer.Absent(String reason) ->
            MemberReport.unknown(gateway.member(), reason);
        case ResolvedContainer.Ambiguous(String reason) ->
            MemberReport.no(gateway.member(), reason);
      };
    } catch (RuntimeException e) {
      return faulty(gateway, DockerFaultMapper.of(e, docker.host()));
    }
  }

  private static MemberReport file(
      ResolvedContainer.Present found, EpochSpec activation, DesiredGatewayFile.Question question)
      throws IOException, InterruptedException {
    var gateway = found.gateway();
    var file = gateway.file(activation).orAdopted(() -> found.view().file(0));
    return file.ask(gateway.member(), question);
  }

  /** As for every failed call; but a conflict is the daemon's, not one with a newer leader. */
  private static MemberReport faulty(ContainerGateway gateway, CallFault fault) {
    return fault instanceof CallFault.Conflict(String reason)
        ? MemberReport.unknown(gateway.member(), reason)
        : new CallOutcome.Failed(fault).report(gateway.member());
  }
}
