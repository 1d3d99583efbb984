package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.plan.SourceReports;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Call.WriteBack.Edit;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.sandbox.WriteBack;
import dev.deployclaw.policy.json.Canonical;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads policy documents from ConfigMaps: the look {@code read} reports each data key with its
 * text. A namespace that can't be read, is gone or is going is reported unknown, never empty: an
 * empty source would remove tenants. Documents are written back where their source says so.
 */
public final class ConfigMapSources implements Executor {
  private static final String READ = "read";
  private static final int MOST_DOCUMENTS = 20_000;

  /** What a cluster puts into each of its namespaces: certificates of its authorities. */
  private static final Set<String> OF_EACH_NAMESPACE =
      Set.of("kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert");

  private final KubernetesLink link;
  private final List<PolicyMaps> sources;

  public ConfigMapSources(KubernetesLink link, List<PolicyMaps> sources) {
    this.link = link;
    this.sources = List.copyOf(sources);
  }

  @Override
  public String name() {
    return "sources";
  }

  @Override
  public Set<String> verbs() {
    return Set.of(READ, "write-back");
  }

  @Override
  public Outcome execute(Invocation invocation) throws InterruptedException {
    if (invocation.call() instanceof Call.WriteBack(List<Edit> edits)) {
      return Outcome.done(new ConfigMapEdits(link, sources).write(edits));
    }
    if (!invocation.call().verb().equals(READ) || !(invocation.call() instanceof Call.Look)) {
      return Outcome.failed(
          new Fault.Invalid("policy sources know no " + invocation.call().verb()));
    }
    Map<String, Report> reports = new LinkedHashMap<>();
    for (var source : sources) {
      read(source, invocation).forEach(r -> reports.putIfAbsent(r.member(), r));
    }
    return Outcome.done(List.copyOf(reports.values()));
  }

  private List<Report> read(PolicyMaps source, Invocation invocation) throws InterruptedException {
    try {
      var api = link.api(invocation.deadline());
      var maps = api.lists().all(Kind.CONFIG_MAPS, source.namespace(), source.selector());
      var doubt = doubt(api, source, maps.isEmpty());
      if (!doubt.isEmpty()) {
        return List.of(unknown(source, doubt));
      }
      var documents = documents(source, documented(source, maps));
      return documents.size() > MOST_DOCUMENTS
          ? List.of(unknown(source, "holds more than " + MOST_DOCUMENTS + " documents"))
          : documents;
    } catch (KubernetesFault e) {
      return List.of(unknown(source, "can't be read: " + e.fault().reason()));
    }
  }

  /**
   * Why the list can't be believed; empty where it can. A list of a namespace that doesn't exist is
   * an empty success, and one of a namespace that is being deleted shrinks.
   */
  private static String doubt(Api api, PolicyMaps source, boolean empty)
      throws KubernetesFault, InterruptedException {
    try {
      var namespace = api.get(Kind.NAMESPACES, "", source.namespace());
      if (namespace.isEmpty()) {
        return "there is no namespace " + source.namespace();
      }
      var status = namespace.get().getStatus();
      return status != null && "Terminating".equals(status.getPhase())
          ? "the namespace is being deleted"
          : "";
    } catch (KubernetesFault e) {
      if (!(e.fault() instanceof Fault.Denied)) {
        throw e;
      }
      return empty
          ? "nothing was found, and whether the namespace is there can't be told: "
              + e.fault().reason()
          : "";
    }
  }

  /**
   * What we wrote ourselves, for gateways and for services, is no source; nor is what the cluster
   * puts into each namespace, unless its labels are asked for.
   */
  private static List<ConfigMap> documented(PolicyMaps source, List<ConfigMap> maps) {
    return maps.stream()
        .filter(m -> !ServedDocuments.ours(m))
        .filter(m -> !source.selector().isEmpty() || !OF_EACH_NAMESPACE.contains(Pods.name(m)))
        .toList();
  }

  private static List<Report> documents(PolicyMaps source, List<ConfigMap> maps) {
    var out = new ArrayList<Report>();
    maps.stream()
        .sorted(Comparator.comparing(Pods::name))
        .forEach(map -> {
          new TreeMap<>(map.getData())
              .forEach((key, text) -> out.add(document(source, map, key, text)));
          map.getBinaryData().keySet().stream()
              .sorted()
              .forEach(key -> out.add(binary(source, map, key)));
        });
    return out;
  }

  private static Report document(PolicyMaps source, ConfigMap map, String key, String text) {
    var facts = facts(source, map, key);
    facts.put("text", text);
    var owners = Ownership.ofKey(map, key);
    if (!owners.isEmpty()) {
      facts.put(SourceReports.EDITOR, owners.getLast().words());
    }
    String digest = Canonical.sha256(text.getBytes(StandardCharsets.UTF_8));
    return Report.yes(member(map, key), digest, facts);
  }

  private static Report binary(PolicyMaps source, ConfigMap map, String key) {
    return new Report(
        member(map, key),
        Report.Answer.NO,
        "",
        "is no text: keep policy documents under data",
        facts(source, map, key));
  }

  private static Report unknown(PolicyMaps source, String reason) {
    String of = source.selector().isEmpty() ? "" : "?" + source.selector();
    return Report.unknown("configmap/" + source.namespace() + of, reason);
  }

  private static String member(ConfigMap map, String key) {
    return "configmap/" + map.getMetadata().getNamespace() + "/" + Pods.name(map) + ":" + key;
  }

  private static Map<String, Object> facts(PolicyMaps source, ConfigMap map, String key) {
    var facts = new TreeMap<String, Object>();
    facts.put("namespace", source.namespace());
    facts.put("object", Pods.name(map));
    facts.put("key", key);
    facts.put("tenants", source.tenants());
    if (!(source.writeBack() instanceof WriteBack.None)) {
      facts.put(SourceReports.WRITE_BACK, WriteBack.word(source.writeBack(), "configmap"));
    }
    return facts;
  }
}
