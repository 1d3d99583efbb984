package dev.deployclaw.executors.gateway;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.sandbox.Fanout;
import dev.deployclaw.executors.sandbox.GatewayFile;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * Brings epochs to file gateways. A participant; the looks {@code topology} and {@code scan} say
 * what stands there. Each verb works on all gateways, some at once, and reports each. It never
 * starts or stops a gateway. All verbs can be repeated. Without a gateway it is left out, and says
 * so.
 */
public final class GatewayExecutor implements Executor {
  private static final Set<String> LOOKS = Set.of("topology", "scan", "marks");

  private final GatewaySettings settings;
  private final Looks looks;
  private final Staging staging;
  private final Publishing publishing;

  public GatewayExecutor(GatewaySettings settings) {
    this.settings = settings;
    this.looks = new Looks(settings.answer());
    this.staging = new Staging(settings);
    this.publishing = new Publishing(settings.answer());
  }

  @Override
  public String name() {
    return GatewayFile.PARTICIPANT;
  }

  @Override
  public Set<String> verbs() {
    return Executor.participantWith(LOOKS);
  }

  @Override
  public Outcome execute(Invocation invocation) throws InterruptedException {
    var fence = invocation.fence();
    return switch (invocation.call()) {
      case Call.Look(String verb, _) -> look(verb, invocation);
      case Call.Observe _ -> all(invocation, looks::observe);
      case Call.Stage(Activation a) ->
          all(invocation, g -> file(g, a, file -> staging.stage(g, a, fence, file)));
      case Call.Prepare(Activation a) ->
          all(invocation, g -> file(g, a, file -> staging.prepare(g, a, fence, file)));
      case Call.Publish(Activation a) ->
          all(invocation, g -> file(g, a, file -> publishing.publish(g, a, fence, file)));
      case Call.Converge(Activation a) ->
          all(invocation, g -> file(g, a, file -> publishing.converge(g, a, file)));
      case Call.Discard(long epoch) -> all(invocation, g -> staging.discard(g, epoch, fence));
      case Call.Probe _,
          Call.Heartbeat _,
          Call.WriteBack _,
          Call.Lost _,
          Call.Reassert _,
          Call.Share _ ->
          unknownVerb(invocation);
    };
  }

  private Outcome look(String verb, Invocation invocation) throws InterruptedException {
    return switch (verb) {
      case "topology" -> all(invocation, looks::topology);
      case "scan" -> all(invocation, looks::scan);
      case "marks" -> all(invocation, Looks::marks);
      default -> unknownVerb(invocation);
    };
  }

  private Outcome all(Invocation call, Fanout.Question<FileGateway> question)
      throws InterruptedException {
    if (settings.gateways().isEmpty()) {
      return Outcome.done(List.of(Report.skipped(name(), "no file gateway is configured")));
    }
    var fanout = Fanout.by(call.deadline(), call.operation(), settings.atOnce());
    return Outcome.done(fanout.ask(settings.gateways(), question));
  }

  /** Asks with what its file must be. */
  @FunctionalInterface
  private interface Question {
    Report ask(GatewayFile.Wanted file) throws IOException, InterruptedException;
  }

  private static Report file(FileGateway gateway, Activation activation, Question question)
      throws IOException, InterruptedException {
    return switch (gateway.file(activation)) {
      case GatewayFile.Impossible(String reason) -> Report.no(gateway.member(), reason);
      case GatewayFile.Unlisted unlisted -> unlisted.kept(gateway.member());
      case GatewayFile.Wanted wanted -> question.ask(wanted);
    };
  }

  private static Outcome unknownVerb(Invocation call) {
    return Outcome.failed(new Fault.Invalid("gateways know no " + call.call().verb()));
  }
}
