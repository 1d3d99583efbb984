package dev.deployclaw.container.notify;

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
final class Post implements AutoCloseable {
  /** The body itself is what the receiver won't take. */
  private static final Set<Integer> NEVER = Set.of(400, 413, 422);

  private final HttpClient client;
  private final Duration longest;

  Post(Duration longest) {
    this.longest = longest;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(longest)
            .build();
  }

  Attempt send(HttpRequest request) throws InterruptedException {
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

  private static Attempt judged(HttpResponse<?> answer) {
    int status = answer.statusCode();
    if (status >= 200 && status < 300) {
      return new Attempt.Delivered(status);
    }
    String why = "answered " + status;
    return NEVER.contains(status)
        ? new Attempt.Refused(why)
        : new Attempt.Later(why, retryAfter(answer));
  }

  private static Optional<Duration> retryAfter(HttpResponse<?> answer) {
    return answer
        .headers()
        .firstValue("Retry-After")
        .filter(text -> text.matches("\\d{1,6}"))
        .map(text -> Duration.ofSeconds(Long.parseLong(text)));
  }

  private static Attempt later(String why) {
    return new Attempt.Later(why, Optional.empty());
  }
}
