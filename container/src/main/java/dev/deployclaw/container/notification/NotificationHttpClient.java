package dev.deployclaw.container.notification;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One exchange, bounded as a whole: a receiver that hangs in its answer's body hangs nobody. */
final class NotificationHttpClient implements AutoCloseable {
  /** The body itself is what the receiver won't take. */
  private static final Set<Integer> NEVER = Set.of(400, 413, 422);

  private final HttpClient client;
  private final Duration longest;

  NotificationHttpClient(Duration longest) {
    this.longest = longest;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(longest)
            .build();
  }

  DeliveryResult send(HttpRequest request) throws InterruptedException {
    var answer = client.sendAsync(request, BodyHandlers.discarding());
    try {
      return judged(answer.get(longest.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      answer.cancel(true);
      return later("no answer within " + longest.toSeconds() + " s");
    } catch (ExecutionException e) {
      return later(String.valueOf(e.getCause()));
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  private static DeliveryResult judged(HttpResponse<?> answer) {
    int status = answer.statusCode();
    if (status >= 200 && status < 300) {
      return new DeliveryResult.Delivered(status);
    }
    String why = "answered " + status;
    return NEVER.contains(status)
        ? new DeliveryResult.Refused(why)
        : new DeliveryResult.Later(why, retryAfter(answer));
  }

  private static Optional<Duration> retryAfter(HttpResponse<?> answer) {
    return answer
        .headers()
        .firstValue("Retry-After")
        .filter(text -> text.matches("\\d{1,6}"))
        .map(text -> Duration.ofSeconds(Long.parseLong(text)));
  }

  private static DeliveryResult later(String why) {
    return new DeliveryResult.Later(why, Optional.empty());
  }
}
