package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.sandbox.Fanout;
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
 * shares a volume with whoever applies it.
 */
public final class KubernetesExecutor implements Executor {
  private static final String MEMBER = "kubernetes";
  private static final String INSPECT = "inspect";
  private static final String ACCESS = "access";
  private static final String OWNERSHIP = "ownership";
  private static final int MOST_NAMED = 500;

  private final Optional<KubernetesLink> link;
  private final KubernetesSettings settings;
  private final NeededRights rights;

  /**
   * @param link empty where none is configured
   * @param stores ConfigMaps from which services read limits
   */
  public KubernetesExecutor(
      Optional<KubernetesLink> link, KubernetesSettings settings, List<ServedMap> stores) {
    this.link = link;
    this.settings = settings;
    this.rights = NeededRights.of(settings, stores);
  }

  @Override
  public String name() {
    return MEMBER;
  }

  @Override
  public Set<String> verbs() {
    return Set.of(INSPECT, ACCESS, OWNERSHIP, "share");
  }

  @Override
  public Outcome execute(Invocation invocation) throws InterruptedException {
    return switch (invocation.call()) {
      case Call.Look(String verb, _) when verbs().contains(verb) -> look(verb, invocation);
      case Call.Share(String gateway) -> share(gateway, invocation);
      default ->
          Outcome.failed(new Fault.Invalid("kubernetes knows no " + invocation.call().verb()));
    };
  }

  private Outcome look(String verb, Invocation invocation) throws InterruptedException {
    if (link.isEmpty()) {
      var skipped = List.of(Report.skipped(MEMBER, "no kubernetes is configured"));
      return Outcome.done(verb.equals(INSPECT) ? skipped : List.of());
    }
    try {
      var api = link.get().api(invocation.deadline());
      return Outcome.done(
          switch (verb) {
            case ACCESS -> new AccessReview(api, fanout(invocation)).of(rights);
            case OWNERSHIP -> handover(invocation, new VolumeHandover(api)::look);
            default -> inspect(api, invocation);
          });
    } catch (KubernetesFault e) {
      return Outcome.done(List.of(Report.no(MEMBER, e.fault().reason())));
    }
  }

  private Outcome share(String gateway, Invocation invocation) throws InterruptedException {
    var named = settings.gateways().stream().filter(g -> g.isNamed(gateway)).toList();
    if (link.isEmpty() || named.size() != 1) {
      return Outcome.failed(new Fault.Invalid(unnamed(gateway, named)));
    }
    try {
      var handover = new VolumeHandover(link.get().api(invocation.deadline()));
      return Outcome.done(List.of(one(named.getFirst(), handover::share)));
    } catch (KubernetesFault e) {
      return Outcome.failed(e.fault());
    }
  }

  private String unnamed(String gateway, List<KubernetesGateway> named) {
    var all = settings.gateways().stream().map(KubernetesGateway::member).toList();
    return named.isEmpty()
        ? "no gateway in Kubernetes is named %s, only %s".formatted(gateway, all)
        : "%s is the name of %d gateways: say which, as %s/%s"
            .formatted(gateway, named.size(), named.getFirst().namespace(), gateway);
  }

  private List<Report> handover(Invocation invocation, Fanout.Question<KubernetesGateway> act)
      throws InterruptedException {
    return fanout(invocation).ask(settings.gateways(), g -> one(g, act));
  }

  private static Report one(KubernetesGateway gateway, Fanout.Question<KubernetesGateway> act)
      throws InterruptedException {
    try {
      return act.ask(gateway);
    } catch (KubernetesFault e) {
      return e.report(gateway.member());
    } catch (IOException e) {
      return Report.unknown(gateway.member(), Fanout.describe(e));
    }
  }

  private List<Report> inspect(Api api, Invocation invocation)
      throws KubernetesFault, InterruptedException {
    String version = String.valueOf(api.version().getGitVersion());
    var visible = namespaces(api);
    var looked = settings.looked();
    if (settings.named().isEmpty()) {
      looked.addAll(visible.names());
    }
    var reports = new ArrayList<Report>();
    reports.add(cluster(api, version, visible));
    var places = looked.stream().map(n -> place(n, visible)).toList();
    var look = new NamespaceLook(api, settings.gateways());
    reports.addAll(fanout(invocation).ask(places, look::at));
    return reports;
  }

  private Fanout fanout(Invocation invocation) {
    return Fanout.by(invocation.deadline(), invocation.operation(), settings.atOnce());
  }

  /**
   * @param denied what to say where they can't be listed; empty where they can
   */
  private record Visible(Set<String> names, String denied) {}

  private static Visible namespaces(Api api) throws KubernetesFault, InterruptedException {
    try {
      return new Visible(names(api.lists().all(Kind.NAMESPACES, "", "")), "");
    } catch (KubernetesFault e) {
      if (e.fault() instanceof Fault.Denied denied) {
        return new Visible(Set.of(), denied.reason());
      }
      throw e;
    }
  }

  private static Report cluster(Api api, String version, Visible visible) {
    var facts = new TreeMap<String, Object>();
    facts.put("server", api.server());
    facts.put("version", version);
    facts.put("namespaces", visible.names().stream().limit(MOST_NAMED).toList());
    if (!visible.denied().isEmpty()) {
      facts.put("denied", List.of(visible.denied()));
    }
    return Report.yes(MEMBER, "", facts);
  }

  private static NamespaceLook.Place place(String namespace, Visible visible) {
    boolean missing = visible.denied().isEmpty() && !visible.names().contains(namespace);
    return new NamespaceLook.Place(namespace, missing);
  }

  private static Set<String> names(Collection<Namespace> namespaces) {
    var out = new TreeSet<String>();
    namespaces.forEach(n -> out.add(n.getMetadata().getName()));
    return out;
  }
}
