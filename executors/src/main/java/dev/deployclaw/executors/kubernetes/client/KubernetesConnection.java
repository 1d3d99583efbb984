package dev.deployclaw.executors.kubernetes.client;

import dev.deployclaw.core.spi.CallFault;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The way to one API server, opened when it is first needed and kept. For many threads.
 *
 * <p>Credentials come from the kubeconfig that is named, or in a pod from its service account;
 * never from a file that happens to lie in the user's home.
 */
public final class KubernetesConnection implements AutoCloseable {
  /** Where a pod has the token of its service account. */
  public static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private static final int TENTHS = 9;

  private final Access access;
  private final Duration answer;
  private @Nullable KubernetesClient client;
  private @Nullable KubernetesApi api;

  /**
   * @param kubeconfig empty in a pod: its service account is used
   * @param context of the kubeconfig; empty for its current one
   */
  public record Access(Optional<Path> kubeconfig, Optional<String> context) {}

  /**
   * @param answer for one request
   */
  public KubernetesConnection(Access access, Duration answer) {
    this.access = access;
    this.answer = answer;
  }

  /**
   * @throws KubernetesException where the credentials can't be read; whether anybody answers is
   *     seen at the first request
   */
  public synchronized KubernetesApi api() throws KubernetesException {
    if (api == null) {
      client = open();
      api =
          new KubernetesApi(
              new ApiServerTransport(
                  client.getHttpClient(), server(client), answer, OptionalLong.empty()),
              new SeenResourceVersions());
    }
    return api;
  }

  /**
   * For one call.
   *
   * @param deadline of the call; a tenth of it is for its answer
   */
  public KubernetesApi api(Duration deadline) throws KubernetesException {
    return api().until(System.nanoTime() + deadline.toNanos() / 10 * TENTHS);
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.close();
      client = null;
      api = null;
    }
  }

  private KubernetesClient open() throws KubernetesException {
    try {
      int millis = Math.toIntExact(answer.toMillis());
      var config =
          new ConfigBuilder(credentials())
              .withConnectionTimeout(millis)
              .withRequestTimeout(millis)
              .withRequestRetryBackoffLimit(0)
              .build();
      return new KubernetesClientBuilder().withConfig(config).build();
    } catch (KubernetesClientException | IllegalArgumentException e) {
      throw unusable("the kubeconfig " + named() + " can't be used: " + e.getMessage());
    }
  }

  private Config credentials() throws KubernetesException {
    if (access.kubeconfig().isEmpty()) {
      return ofThePod();
    }
    Path file = access.kubeconfig().get();
    if (!Files.isReadable(file)) {
      throw unusable("the kubeconfig " + file + " can't be read: check its path and rights");
    }
    if (access.context().isEmpty()) {
      return Config.fromKubeconfig(file.toFile());
    }
    String context = access.context().get();
    var config = Config.fromKubeconfig(context, file.toFile());
    boolean known = config.getContexts().stream().anyMatch(c -> context.equals(c.getName()));
    if (!known) {
      throw unusable("the kubeconfig " + file + " has no context " + context);
    }
    return config;
  }

  /** As every pod has it; the token is read again for each request, since it is renewed. */
  private static Config ofThePod() throws KubernetesException {
    String host = System.getenv("KUBERNETES_SERVICE_HOST");
    String port = System.getenv("KUBERNETES_SERVICE_PORT");
    if (host == null || port == null || !Files.isReadable(ACCOUNT.resolve("token"))) {
      throw unusable(
          "no kubeconfig is configured, and this is no pod with a service account: set"
              + " kubernetes.kubeconfig");
    }
    return new ConfigBuilder(Config.empty())
        .withMasterUrl("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port)
        .withCaCertFile(ACCOUNT.resolve("ca.crt").toString())
        .withOauthTokenProvider(KubernetesConnection::token)
        .build();
  }

  private static String token() {
    try {
      return Files.readString(ACCOUNT.resolve("token")).strip();
    } catch (IOException e) {
      return "";
    }
  }

  private static URI server(KubernetesClient client) {
    return URI.create(client.getMasterUrl().toString());
  }

  private String named() {
    return access.kubeconfig().map(Path::toString).orElse("of this pod");
  }

  private static KubernetesException unusable(String reason) {
    return new KubernetesException(KubernetesException.NO_STATUS, new CallFault.Invalid(reason));
  }
}
