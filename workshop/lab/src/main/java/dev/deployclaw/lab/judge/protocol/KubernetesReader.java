package dev.deployclaw.lab.judge.protocol;

import dev.deployclaw.lab.judge.EstateLocation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A Kubernetes API server, and which of its objects belong to an estate: what the file that tells
 * of a {@link EstateLocation} says of it.
 */
public record KubernetesReader(Access access, List<Workload> workloads, List<Served> served) {
  private static final String NONE = "";
  private static final String CORE = "/api/v1";
  private static final int FOUND = 200;
  private static final int ABSENT = 404;

  /** Where it answers, and the file that lets callers in; no certificate: in the clear. */
  public record Access(URI api, Path tokenFile, Optional<Path> certificate) {
    private SocketFactory sockets() {
      return certificate.map(Access::trusting).orElseGet(SocketFactory::getDefault);
    }

    private static SocketFactory trusting(Path certificate) {
      try (var in = Files.newInputStream(certificate)) {
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        var x509 = CertificateFactory.getInstance("X.509");
        trusted.setCertificateEntry("it", x509.generateCertificate(in));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        return tls.getSocketFactory();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("no certificate: " + certificate, e);
      }
    }
  }

  /** A Deployment; its containers read their file from the volume. */
  public record Workload(String namespace, String name, String volume) {}

  /** A ConfigMap from which services read limits themselves. */
  public record Served(String namespace, String name) {}

  public KubernetesReader {
    workloads = List.copyOf(workloads);
    served = List.copyOf(served);
  }

  /** Empty where the file tells of none. */
  public static Optional<KubernetesReader> read(Path file) {
    var p = new Properties();
    try (var in = Files.newBufferedReader(file)) {
      p.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("the place to judge can't be read: " + file, e);
    }
    if (!p.containsKey("kubernetes")) {
      return Optional.empty();
    }
    var workloads = new ArrayList<Workload>();
    var served = new ArrayList<Served>();
    for (String name : p.stringPropertyNames()) {
      String[] words = p.getProperty(name, NONE).split(" ", -1);
      if (name.startsWith("deployment.")) {
        workloads.add(new Workload(words[0], name.substring("deployment.".length()), words[1]));
      } else if (name.startsWith("configmap.")) {
        served.add(new Served(words[0], name.substring("configmap.".length())));
      }
    }
    return Optional.of(
        new KubernetesReader(
            new Access(
                URI.create(p.getProperty("kubernetes", NONE)),
                Path.of(p.getProperty("kubernetes.tokenFile", NONE)),
                Optional.ofNullable(p.getProperty("kubernetes.caFile")).map(Path::of)),
            workloads,
            served));
  }

  private Optional<JsonValue> get(String path) throws IOException {
    var headers = Map.of("Authorization", "Bearer " + Files.readString(access.tokenFile()).strip());
    var answer = HttpReply.get(access.api().resolve(path), headers, access.sockets());
    return switch (answer.status()) {
      case FOUND -> Optional.of(JsonValue.parse(answer.text()));
      case ABSENT -> Optional.empty();
      default -> throw new IOException("the API server says " + answer.status() + " of " + path);
    };
  }

  public JsonValue deployment(Workload workload) throws IOException {
    return there("/apis/apps/v1", workload.namespace(), "deployments/" + workload.name());
  }

  public JsonValue configMap(String namespace, String name) throws IOException {
    return there(CORE, namespace, "configmaps/" + name);
  }

  /** Of its namespace, those with the gateway's label. */
  public List<JsonValue> configMaps(Workload workload) throws IOException {
    return there(CORE, workload.namespace(), "configmaps").items("items").stream()
        .filter(map -> label(map, "deployclaw.dev/gateway").equals(workload.name()))
        .toList();
  }

  public List<JsonValue> pods(Workload workload) throws IOException {
    return there(CORE, workload.namespace(), "pods").items("items").stream()
        .filter(pod -> label(pod, "app").equals(workload.name()))
        .filter(pod -> !label(pod, "pod-template-hash").isEmpty())
        .toList();
  }

  private static String label(JsonValue object, String name) {
    return object.at("metadata").at("labels").text(name);
  }

  private JsonValue there(String group, String namespace, String what) throws IOException {
    String path = group + "/namespaces/" + namespace + "/" + what;
    return get(path).orElseThrow(() -> new IOException("there is no " + path));
  }
}
