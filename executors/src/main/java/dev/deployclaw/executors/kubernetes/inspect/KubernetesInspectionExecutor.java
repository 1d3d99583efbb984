package dev.deployclaw.executors.kubernetes.inspect;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.KubernetesSettings;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.kubernetes.configmap.ServedConfigMap;
import dev.deployclaw.executors.kubernetes.gateway.VolumeHandover;
import dev.deployclaw.executors.member.BoundedFanout;
import io.fabric8.kubernetes.api.model.Namespace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Looks at a Kubernetes cluster: its version, its namespaces, and in each the gateways with their
 * pods and services. What the credentials may not see is named, with the rule that would allow it;
 * it is never taken for empty. The look {@code access} says which rights are missing that a change
 * would need, {@code ownership} how far the handover of each gateway's volume is. Its only write
 * shares a volume with the tool that applies it.
 *
 * @param link empty where none is configured
 * @param stores ConfigMaps from which services read limits
 */
public record KubernetesInspectionExecutor(
    Optional<KubernetesConnection> link, KubernetesSettings settings, List<ServedConfigMap> stores)
    implements BackendExecutor {
  private static final String MEMBER = "kubernetes";
  private static final String INSPECT = "inspect";
  private static final String ACCESS = "access";
  private static final String OWNERSHIP = "ownership";
  private static final int MOST_NAMED = 500;

  @Override
  public String name() {
    return MEMBER;
  }

  @Override
  public Set<String> verbs() {
    return Set.of(INSPECT, ACCESS, OWNERSHIP, "share");
  }

  @Override
  public CallOutcome execute(Invocation invocation) throws InterruptedException {
    return switch (invocation.call()) {
      case ExecutorCall.Look(String verb, _) when verbs().contains(verb) -> look(verb, invocation);
      case ExecutorCall.Share(String gateway) -> share(gateway, invocation);
      default -> CallOutcome.unknownVerb("kubernetes has", invocation);
    };
  }

  private CallOutcome look(String verb, Invocation invocation) throws InterruptedException {
    if (link.isEmpty()) {
      var skipped = List.of(MemberReport.skipped(MEMBER, "no kubernetes is configured"));
      return CallOutcome.done(verb.equals(INSPECT) ? skipped : List.of());
    }
    try {
      var api = link.get().api(invocation.deadline());
      return CallOutcome.done(
          switch (verb) {
            case ACCESS ->
                new AccessReview(api, fanout(invocation)).of(RequiredRights.of(settings, stores));
            case OWNERSHIP -> handover(invocation, new VolumeHandover(api)::look);
            default -> inspect(api, invocation);
          });
    } catch (KubernetesException e) {
      return CallOutcome.done(List.of(MemberReport.no(MEMBER, e.fault().reason())));
    }
  }

  private CallOutcome share(String gateway, Invocation invocation) throws InterruptedException {
    var named = settings.gateways().stream().filter(g -> g.isNamed(gateway)).toList();
    if (link.isEmpty() || named.size() != 1) {
      return CallOutcome.failed(new CallFault.Invalid(unnamed(gateway, named)));
    }
    try {
      var handover = new VolumeHandover(link.get().api(invocation.deadline()));
      return CallOutcome.done(List.of(one(named.getFirst(), handover::share)));
    } catch (KubernetesException e) {
      return CallOutcome.failed(e.fault());
    }
  }

  private String unnamed(String gateway, List<KubernetesGateway> named) {
    var all = settings.gateways().stream().map(KubernetesGateway::member).toList();
    return named.isEmpty()
        ? "no gateway in Kubernetes is named %s, only %s".formatted(gateway, all)
        : "%s is the name of %d gateways: say which, as %s/%s"
            .formatted(gateway, named.size(), named.getFirst().namespace(), gateway);
  }

  private List<MemberReport> handover(
      Invocation invocation, BoundedFanout.Question<KubernetesGateway> act)
      throws InterruptedException {
    return fanout(invocation).ask(settings.gateways(), g -> one(g, act));
  }

  private static MemberReport one(
      KubernetesGateway gateway, BoundedFanout.Question<KubernetesGateway> act)
      throws InterruptedException {
    try {
      return act.ask(gateway);
    } catch (KubernetesException e) {
      return e.report(gateway.member());
    } catch (IOException e) {
      return MemberReport.unknown(gateway.member(), BoundedFanout.describe(e));
    }
  }

  private List<MemberReport> inspect(KubernetesApi api, Invocation invocation)
      throws KubernetesException, InterruptedException {
    String version = String.valueOf(api.version().getGitVersion());
    var visible = namespaces(api);
    var looked = settings.looked();
    if (settings.named().isEmpty()) {
      looked.addAll(visible.names());
    }
    var reports = new ArrayList<MemberReport>();
    reports.add(cluster(api, version, visible));
    var places = looked.stream().map(n -> place(n, visible)).toList();
    var look = new NamespaceInspector(api, settings.gateways());
    reports.addAll(fanout(invocation).ask(places, look::at));
    return reports;
  }

  private BoundedFanout fanout(Invocation invocation) {
    return BoundedFanout.by(invocation.deadline(), invocation.operation(), settings.atOnce());
  }

  /**
   * @param denied what to say where they can't be listed; empty where they can
   */
  private record Visible(Set<String> names, String denied) {}

  private static Visible namespaces(KubernetesApi api)
      throws KubernetesException, InterruptedException {
    try {
      return new Visible(names(api.lists().all(ResourceKind.NAMESPACES, "", "")), "");
    } catch (KubernetesException e) {
      if (e.fault() instanceof CallFault.Denied denied) {
        return new Visible(Set.of(), denied.reason());
      }
      throw e;
    }
  }

  private static MemberReport cluster(KubernetesApi api, String version, Visible visible) {
    var facts = new TreeMap<String, Object>();
    facts.put("server", api.server());
    facts.put("version", version);
    facts.put("namespaces", visible.names().stream().limit(MOST_NAMED).toList());
    if (!visible.denied().isEmpty()) {
      facts.put("denied", List.of(visible.denied()));
    }
    return MemberReport.yes(MEMBER, "", facts);
  }

  private static NamespaceInspector.Place place(String namespace, Visible visible) {
    boolean missing = visible.denied().isEmpty() && !visible.names().contains(namespace);
    return new NamespaceInspector.Place(namespace, missing);
  }

  private static Set<String> names(Collection<Namespace> namespaces) {
    var out = new TreeSet<String>();
    namespaces.forEach(n -> out.add(n.getMetadata().getName()));
    return out;
  }
}
