package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.KubernetesConfig;
import dev.deployclaw.container.config.KubernetesConfig.DeploymentEntry;
import dev.deployclaw.container.config.KubernetesConfig.MapSource;
import dev.deployclaw.container.config.KubernetesConfig.MapStore;
import dev.deployclaw.container.config.NginxSiteConfig;
import dev.deployclaw.container.config.yaml.ConfigSection;
import dev.deployclaw.policy.model.DnsLabel;
import dev.deployclaw.policy.model.Gateway;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the section {@code kubernetes}. */
record KubernetesConfigReader(CredentialFiles files) {
  /** Equality, set and presence, as {@code kubectl -l} takes them. */
  private static final Pattern SELECTOR =
      Pattern.compile("[A-Za-z0-9!]([A-Za-z0-9._/=!,() -]*[A-Za-z0-9)])?");

  private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
  private static final Pattern FILE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,200}");
  private static final Pattern BINARY = Pattern.compile("[A-Za-z0-9._/-]{1,200}");

  /** Empty where the file says nothing of Kubernetes. */
  Optional<KubernetesConfig> read(ConfigSection f) {
    var kubeconfig = f.optional("kubeconfig").map(files::noted);
    if (kubeconfig.isEmpty() && !f.isGiven()) {
      return Optional.empty();
    }
    kubeconfig.ifPresent(files::learnKubeconfig);
    var config =
        new KubernetesConfig(
            kubeconfig,
            f.optional("context"),
            f.duration("timeout", Duration.ofSeconds(10)),
            f.duration("preflight", Duration.ofSeconds(45)),
            namespaces(f),
            sources(f),
            gateways(f),
            stores(f));
    f.done();
    if (config.context().isPresent() && kubeconfig.isEmpty()) {
      f.wrong("context", "needs a kubeconfig, which isn't set", "add kubeconfig");
    }
    return Optional.of(config);
  }

  private static List<String> namespaces(ConfigSection f) {
    var names = f.texts("namespaces");
    names.forEach(name -> f.make(() -> DnsLabel.label("namespace", name)));
    return names;
  }

  private static List<MapSource> sources(ConfigSection kubernetes) {
    var out = new ArrayList<MapSource>();
    var seen = new HashSet<String>();
    for (var f : kubernetes.sections("policySources")) {
      String namespace = f.required("namespace");
      String selector = f.text("selector", "");
      var tenants = f.texts("tenants");
      String writeBack = f.choice("writeBack", "none", List.of("none", "configmap", "patch-file"));
      var takesOver = f.texts("takesOver");
      if (!takesOver.isEmpty() && !writeBack.equals("configmap")) {
        f.wrong("takesOver", "has no effect here", "add writeBack: configmap, or remove it");
      }
      if (!selector.isEmpty() && !SELECTOR.matcher(selector).matches()) {
        f.wrong("selector", "isn't a label selector", "write for example app=rate-limits");
      }
      if (!seen.add(namespace + "?" + selector)) {
        f.problem("", 0, "is listed there twice", "remove one of the two");
      }
      f.make(() ->
              new MapSource(
                  DnsLabel.label("namespace", namespace),
                  selector,
                  any(tenants),
                  writeBack,
                  takesOver))
          .ifPresent(out::add);
      f.done();
    }
    return out;
  }

  private static List<MapStore> stores(ConfigSection kubernetes) {
    var out = new ArrayList<MapStore>();
    for (var f : kubernetes.sections("configurationStores")) {
      String name = f.required("name");
      String namespace = f.required("namespace");
      String configMap = f.text("configMap", name);
      spelled(f, "configMap", SUBDOMAIN, configMap);
      boolean taken =
          out.stream()
              .anyMatch(s ->
                  s.name().equals(name)
                      || (s.namespace().equals(namespace) && s.configMap().equals(configMap)));
      if (taken) {
        f.problem("name", 0, "names a store or a ConfigMap twice", "give each its own");
      }
      f.make(() -> new MapStore(name, DnsLabel.label("namespace", namespace), configMap))
          .ifPresent(out::add);
      f.done();
    }
    return out;
  }

  private static List<String> any(List<String> tenants) {
    return tenants.isEmpty() ? List.of("*") : tenants;
  }

  private static List<DeploymentEntry> gateways(ConfigSection kubernetes) {
    var out = new ArrayList<DeploymentEntry>();
    var seen = new HashSet<String>();
    for (var f : kubernetes.sections("gateways")) {
      gateway(f)
          .ifPresent(entry -> {
            String pods = entry.gateway().namespace() + "/" + entry.deployment();
            String place = pods + "/" + entry.volume();
            if (!seen.add(place)) {
              f.problem("", 0, "two gateways have " + place, "give each a volume of its own");
            }
            String listen = entry.front().listen();
            String port = listen.substring(listen.lastIndexOf(':') + 1);
            if (!seen.add(pods + ":" + port)) {
              f.wrong(
                  "listen",
                  "two gateways of the pods of %s listen on port %s".formatted(pods, port),
                  "give each a port of its own");
            }
            out.add(entry);
          });
      f.done();
    }
    return out;
  }

  private static Optional<DeploymentEntry> gateway(ConfigSection f) {
    String name = f.required("name");
    String namespace = f.required("namespace");
    var identity = ConfigReader.identity(f.section("identity"));
    var routes = ConfigReader.routes(f);
    String deployment = f.text("deployment", name);
    String container = f.text("container", "nginx");
    String volume = f.required("volume");
    String file = f.text("file", "nginx.conf");
    String binary = f.text("binary", "nginx");
    spelled(f, "deployment", SUBDOMAIN, deployment);
    spelled(f, "file", FILE, file);
    spelled(f, "binary", BINARY, binary);
    var url = f.optional("url").map(_ -> f.url("url"));
    var front = NginxSiteConfig.inContainer(f, List.of());
    return f.make(() -> {
      var _ = front.site(); // refuses what can't stand in a gateway's file
      return new DeploymentEntry(
          new Gateway(name, namespace, identity, routes),
          deployment,
          DnsLabel.label("container", container),
          DnsLabel.label("volume", volume),
          file,
          binary,
          url,
          front);
    });
  }

  private static void spelled(ConfigSection f, String key, Pattern rule, String value) {
    if (!value.isEmpty() && !rule.matcher(value).matches()) {
      f.wrong(key, "\"" + value + "\" isn't a plain name", "see its spelling in the Deployment");
    }
  }
}
