package dev.deployclaw.executors.docker;

import com.github.dockerjava.api.DockerClient;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.sandbox.Fanout;
import dev.deployclaw.executors.sandbox.GatewayFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;

/**
 * Brings epochs to gateways in containers. A participant, under the name of all gateways; the looks
 * {@code topology} and {@code scan} say what stands there. Each verb lists the daemon's containers
 * once, works on all gateways, some at once, and reports each. Only containers that the
 * configuration names are touched. None is started or stopped, except that one whose reload is
 * {@code restart} is restarted. All verbs can be repeated.
 */
public final class ContainerGatewayExecutor implements Executor {
  private static final Set<String> LOOKS = Set.of("topology", "scan", "marks");

  private final ContainerGatewaySettings settings;
  private final DockerSettings docker;
  private final Looks looks;
  private final Staging staging;
  private final Publishing publishing;

  public ContainerGatewayExecutor(ContainerGatewaySettings settings) {
    this.settings = settings;
    this.docker = settings.docker().patient(settings.check());
    this.looks = new Looks(settings.answer());
    this.staging = new Staging(settings.check());
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
    Fence fence = invocation.fence();
    return switch (invocation.call()) {
      case Call.Look(String verb, _) -> look(verb, invocation);
      case Call.Observe _ -> all(invocation, looks::observe);
      case Call.Stage(Activation a) ->
          all(invocation, g -> file(g, a, wanted -> staging.stage(g, a, wanted)));
      case Call.Prepare(Activation a) ->
          all(invocation, g -> file(g, a, wanted -> staging.prepare(g, a, fence, wanted)));
      case Call.Publish(Activation a) ->
          all(invocation, g -> file(g, a, wanted -> publishing.publish(g, a, fence, wanted)));
      case Call.Converge(Activation a) ->
          all(invocation, g -> file(g, a, wanted -> publishing.converge(g, a, wanted)));
      case Call.Discard(long epoch) -> all(invocation, g -> staging.discard(g, epoch));
      case Call.Probe _, Call.Heartbeat _, Call.WriteBack _, Call.Lost _, Call.Reassert _ ->
          unknownVerb(invocation);
    };
  }

  /** Asks a gateway whose container was found. */
  @FunctionalInterface
  private interface Question<T> {
    Report ask(T about) throws IOException, InterruptedException;
  }

  private Outcome look(String verb, Invocation invocation) throws InterruptedException {
    return switch (verb) {
      case "topology" -> all(invocation, looks::topology);
      case "scan" -> all(invocation, looks::scan);
      case "marks" -> all(invocation, Looks::marks);
      default -> unknownVerb(invocation);
    };
  }

  /** One list of containers for all; a daemon that can't be asked leaves every gateway unknown. */
  private Outcome all(Invocation call, Question<Found.Here> question) throws InterruptedException {
    var fanout = Fanout.by(call.deadline(), call.operation(), settings.atOnce());
    try (DockerClient client = DockerLink.open(docker, settings.atOnce() * 2)) {
      var listed = client.listContainersCmd().withShowAll(true).exec();
      return Outcome.done(
          fanout.ask(settings.gateways(), g -> one(g, Found.among(listed, client, g), question)));
    } catch (IOException e) {
      throw new UncheckedIOException("closing the client", e);
    } catch (RuntimeException e) {
      var fault = DockerFaults.of(e, docker.host());
      return Outcome.done(settings.gateways().stream().map(g -> faulty(g, fault)).toList());
    }
  }

  private Report one(ContainerGateway gateway, Found found, Question<Found.Here> question)
      throws IOException, InterruptedException {
    try {
      return switch (found) {
        case Found.Here here -> question.ask(here);
        case Found.Absent(String reason) -> Report.unknown(gateway.member(), reason);
        case Found.Ambiguous(String reason) -> Report.no(gateway.member(), reason);
      };
    } catch (RuntimeException e) {
      return faulty(gateway, DockerFaults.of(e, docker.host()));
    }
  }

  private static Report file(
      Found.Here found, Activation activation, Question<GatewayFile.Wanted> question)
      throws IOException, InterruptedException {
    var gateway = found.gateway();
    return switch (gateway.file(activation).orAdopted(() -> found.view().file(0))) {
      case GatewayFile.Impossible(String reason) -> Report.no(gateway.member(), reason);
      case GatewayFile.Unlisted unlisted -> unlisted.kept(gateway.member());
      case GatewayFile.Wanted wanted -> question.ask(wanted);
    };
  }

  /** A refusal is an answer; everything else leaves open what holds. */
  private static Report faulty(ContainerGateway gateway, Fault fault) {
    return switch (fault) {
      case Fault.Denied d -> Report.denied(gateway.member(), d.reason());
      case Fault.Ungranted g -> Report.no(gateway.member(), g.reason());
      case Fault.Invalid i -> Report.no(gateway.member(), i.reason());
      case Fault.Unavailable u -> Report.unknown(gateway.member(), u.reason());
      case Fault.Conflict c -> Report.unknown(gateway.member(), c.reason());
      case Fault.Unknown u -> Report.unknown(gateway.member(), u.reason());
    };
  }

  private static Outcome unknownVerb(Invocation call) {
    return Outcome.failed(
        new Fault.Invalid("gateways in containers know no " + call.call().verb()));
  }
}
