package dev.deployclaw.executors.kubernetes.client;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Requests to one API server, over fabric8's client, which knows the credentials. Blocking. A
 * request that the server put off with 429 was not looked at, so it is sent again, a few times,
 * when the server says, as long as the call has time for it. No request is waited for beyond the
 * call's end.
 *
 * @param answer for one request
 * @param end of the call, by {@link System#nanoTime}; empty where no call waits
 */
record ApiServerTransport(HttpClient http, URI server, Duration answer, OptionalLong end) {
  static final String JSON = "application/json";

  private static final int TOO_MANY = 429;
  private static final int MOST_TRIES = 3;

  /** Of requests outside of a call. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /**
   * @param target path and query
   * @param type of the body
   * @param body empty for none
   */
  record Request(String method, String target, String type, String body) {
    static Request get(String target) {
      return new Request("GET", target, JSON, "");
    }
  }

  /** The body of a success. */
  String send(RbacRequest ask, Request request) throws KubernetesException, InterruptedException {
    var response = once(ask, request);
    for (int i = 1; i < MOST_TRIES && response.code() == TOO_MANY; i++) {
      var pause = Duration.ofSeconds(retryAfter(response).orElse(1));
      if (pause.compareTo(left()) > 0) {
        break;
      }
      Thread.sleep(pause);
      response = once(ask, request);
    }
    if (!response.isSuccessful()) {
      throw KubernetesFaultMapper.of(ask, said(response));
    }
    return body(response);
  }

  /** The same for one call, which ends then. */
  ApiServerTransport until(long callEnd) {
    return new ApiServerTransport(http, server, answer, OptionalLong.of(callEnd));
  }

  private Duration left() {
    return end.isPresent() ? Duration.ofNanos(end.getAsLong() - System.nanoTime()) : LONGEST_PAUSE;
  }

  private HttpResponse<String> once(RbacRequest ask, Request request)
      throws KubernetesException, InterruptedException {
    var within = end.isPresent() && left().compareTo(answer) < 0 ? left() : answer;
    if (within.toMillis() <= 0) {
      throw KubernetesFaultMapper.late(ask);
    }
    var built =
        http.newHttpRequestBuilder()
            .uri(URI.create(server.toString().replaceAll("/+$", "") + request.target()))
            .timeout(within.toMillis(), TimeUnit.MILLISECONDS);
    if (!request.body().isEmpty()) {
      built.method(request.method(), request.type(), request.body());
    } else if (!request.method().equals("GET")) {
      throw new IllegalArgumentException(request.method() + " without a body");
    }
    return await(ask, http.sendAsync(built.build(), String.class), within);
  }

  private static HttpResponse<String> await(
      RbacRequest ask, CompletableFuture<HttpResponse<String>> sent, Duration within)
      throws KubernetesException, InterruptedException {
    try {
      return sent.get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw KubernetesFaultMapper.of(ask, Objects.requireNonNullElse(e.getCause(), e));
    } catch (TimeoutException e) {
      throw KubernetesFaultMapper.of(ask, new TimeoutException("nothing within " + within));
    } finally {
      sent.cancel(true);
    }
  }

  private static KubernetesFaultMapper.Said said(HttpResponse<String> response) {
    var status = status(body(response));
    var details = status == null ? null : status.getDetails();
    var causes = details == null ? List.<StatusCause>of() : details.getCauses();
    String message = status == null ? "" : Objects.requireNonNullElse(status.getMessage(), "");
    return new KubernetesFaultMapper.Said(
        response.code(),
        message.isEmpty() ? "HTTP " + response.code() : message,
        causes.stream().map(ApiServerTransport::cause).toList(),
        retryAfter(response));
  }

  /** Not every answer is a status: the text before the API server says what it likes. */
  private static @Nullable Status status(String body) {
    try {
      return body.startsWith("{") ? KubernetesJson.read(body, Status.class) : null;
    } catch (KubernetesClientException | IllegalArgumentException e) {
      return null;
    }
  }

  private static String cause(StatusCause cause) {
    return Stream.of(cause.getField(), cause.getMessage())
        .filter(Objects::nonNull)
        .reduce((a, b) -> a + ": " + b)
        .orElse("");
  }

  private static OptionalLong retryAfter(HttpResponse<String> response) {
    String header = response.header("Retry-After");
    return header != null && header.matches("\\d{1,6}")
        ? OptionalLong.of(Long.parseLong(header))
        : OptionalLong.empty();
  }

  private static String body(HttpResponse<String> response) {
    return Objects.requireNonNullElse(response.body(), "");
  }
}
