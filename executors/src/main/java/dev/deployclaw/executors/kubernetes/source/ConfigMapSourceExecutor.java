package dev.deployclaw.executors.kubernetes.source;

import dev.deployclaw.core.overlay.SourceReports;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.ExecutorCall.WriteBack.Edit;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.ConfigMapSource;
import dev.deployclaw.executors.kubernetes.client.FieldOwnership;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.PodInspector;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.kubernetes.configmap.ServedDocuments;
import dev.deployclaw.executors.member.SourceAnswer;
import dev.deployclaw.executors.member.WriteBackMode;
import dev.deployclaw.policy.json.CanonicalJson;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads policy documents from ConfigMaps: the look {@code read} reports each data key with its
 * text. A namespace that can't be read, is gone or is going is reported unknown, never empty: an
 * empty source would remove tenants. Documents are written back where their source says so.
 */
public record ConfigMapSourceExecutor(KubernetesConnection link, List<ConfigMapSource> sources)
    implements BackendExecutor {
  private static final String READ = "read";
  private static final int MOST_DOCUMENTS = 20_000;

  /** What a cluster puts into each of its namespaces: certificates of its authorities. */
  private static final Set<String> OF_EACH_NAMESPACE =
      Set.of("kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert");

  public ConfigMapSourceExecutor {
    sources = List.copyOf(sources);
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
  public CallOutcome execute(Invocation invocation) throws InterruptedException {
    if (invocation.call() instanceof ExecutorCall.WriteBack(List<Edit> edits)) {
      return CallOutcome.done(
          new ConfigMapSourceWriter(link, sources, invocation.deadline()).write(edits));
    }
    if (!invocation.call().verb().equals(READ)
        || !(invocation.call() instanceof ExecutorCall.Look)) {
      return CallOutcome.unknownVerb("policy sources have", invocation);
    }
    var answer = new SourceAnswer();
    for (var source : sources) {
      var room = answer.room();
      answer.add(read(source, room, invocation), source.tenants(), room);
    }
    return answer.outcome();
  }

  private List<MemberReport> read(
      ConfigMapSource source, SourceAnswer.Room room, Invocation invocation)
      throws InterruptedException {
    try {
      var api = link.api(invocation.deadline());
      var maps = api.lists().all(ResourceKind.CONFIG_MAPS, source.namespace(), source.selector());
      var doubt = doubt(api, source, maps.isEmpty());
      if (!doubt.isEmpty()) {
        return List.of(unknown(source, doubt));
      }
      var documents = documents(source, documented(source, maps));
      if (documents.size() > MOST_DOCUMENTS) {
        return List.of(unknown(source, "holds more than " + MOST_DOCUMENTS + " documents"));
      }
      return documents.stream().allMatch(room::takes)
          ? documents
          : List.of(unknown(source, SourceAnswer.TOO_LARGE));
    } catch (KubernetesException e) {
      return List.of(unknown(source, "can't be read: " + e.fault().reason()));
    }
  }

  /**
   * Why the list can't be believed; empty where it can. A list of a namespace that doesn't exist is
   * an empty success, and one of a namespace that is being deleted shrinks.
   */
  private static String doubt(KubernetesApi api, ConfigMapSource source, boolean empty)
      throws KubernetesException, InterruptedException {
    try {
      var namespace = api.get(ResourceKind.NAMESPACES, "", source.namespace());
      if (namespace.isEmpty()) {
        return "there is no namespace " + source.namespace();
      }
      var status = namespace.get().getStatus();
      return status != null && "Terminating".equals(status.getPhase())
          ? "the namespace is being deleted"
          : "";
    } catch (KubernetesException e) {
      if (!(e.fault() instanceof CallFault.Denied)) {
        throw e;
      }
      return empty
          ? "nothing was found, and it is unknown whether the namespace exists: "
              + e.fault().reason()
          : "";
    }
  }

  /**
   * What we wrote ourselves, for gateways and for services, is no source; nor is what the cluster
   * puts into each namespace, unless its labels are asked for.
   */
  private static List<ConfigMap> documented(ConfigMapSource source, List<ConfigMap> maps) {
    return maps.stream()
        .filter(m -> !ServedDocuments.ours(m))
        .filter(
            m -> !source.selector().isEmpty() || !OF_EACH_NAMESPACE.contains(PodInspector.name(m)))
        .toList();
  }

  private static List<MemberReport> documents(ConfigMapSource source, List<ConfigMap> maps) {
    var out = new ArrayList<MemberReport>();
    maps.stream()
        .sorted(Comparator.comparing(PodInspector::name))
        .forEach(map -> {
          new TreeMap<>(map.getData())
              .forEach((key, text) -> out.add(document(source, map, key, text)));
          map.getBinaryData().keySet().stream()
              .sorted()
              .forEach(key -> out.add(binary(source, map, key)));
        });
    return out;
  }

  private static MemberReport document(
      ConfigMapSource source, ConfigMap map, String key, String text) {
    var facts = facts(source, map, key);
    facts.put("text", text);
    var owners = FieldOwnership.ofKey(map, key);
    if (!owners.isEmpty()) {
      facts.put(SourceReports.EDITOR, owners.getLast().words());
    }
    String digest = CanonicalJson.sha256(text);
    return MemberReport.yes(member(map, key), digest, facts);
  }

  private static MemberReport binary(ConfigMapSource source, ConfigMap map, String key) {
    return MemberReport.no(
        member(map, key), "isn't text: keep policy documents under data", facts(source, map, key));
  }

  private static MemberReport unknown(ConfigMapSource source, String reason) {
    String of = source.selector().isEmpty() ? "" : "?" + source.selector();
    return MemberReport.unknown("configmap/" + source.namespace() + of, reason);
  }

  private static String member(ConfigMap map, String key) {
    return "configmap/"
        + map.getMetadata().getNamespace()
        + "/"
        + PodInspector.name(map)
        + ":"
        + key;
  }

  private static Map<String, Object> facts(ConfigMapSource source, ConfigMap map, String key) {
    var facts = new TreeMap<String, Object>();
    facts.put("namespace", source.namespace());
    facts.put("object", PodInspector.name(map));
    facts.put("key", key);
    if (!(source.writeBack() instanceof WriteBackMode.None)) {
      facts.put(SourceReports.WRITE_BACK, WriteBackMode.word(source.writeBack(), "configmap"));
    }
    return facts;
  }
}
