package dev.deployclaw.container.notification;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One exchange, bounded as a whole: a receiver that hangs in its answer's body delays only its own
 * call. It follows no redirect, which could take a secret to another host. Any thread.
 */
public final class NotificationHttpClient implements AutoCloseable {
  private static final Set<Integer> NEVER = Set.of(400, 413, 422);

  private static final int MOST_ANSWER_BYTES = 256 << 10;

  private final HttpClient client;
  private final Duration longest;

  public NotificationHttpClient(Duration longest) {
    this.longest = longest;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(longest)
            .build();
  }

  /** What came of an exchange. */
  public sealed interface Exchange {
    /**
     * An answer with any status.
     *
     * @param after what the receiver asks to wait
     */
    record Answered(int status, byte[] body, Optional<Duration> after) implements Exchange {
      public boolean isTaken() {
        return status / 100 == 2;
      }

      /** Whether the body itself is what the receiver won't take. */
      public boolean isNeverTaken() {
        return NEVER.contains(status);
      }
    }

    /** It may have arrived all the same. */
    record Unanswered(String why) implements Exchange {}
  }

  /** A JSON body, to be posted. */
  public static HttpRequest.Builder post(String url, byte[] body) {
    return HttpRequest.newBuilder(URI.create(url))
        .header("Content-Type", "application/json")
        .header("User-Agent", "deployclaw")
        .POST(BodyPublishers.ofByteArray(body));
  }

  /** The answer with its body, which is refused beyond a bound. */
  public Exchange exchange(HttpRequest request) throws InterruptedException {
    return exchange(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_ANSWER_BYTES));
  }

  DeliveryResult send(HttpRequest request) throws InterruptedException {
    return switch (exchange(request, BodyHandlers.replacing(new byte[0]))) {
      case Exchange.Answered answer -> judged(answer);
      case Exchange.Unanswered(String why) -> new DeliveryResult.Later(why, Optional.empty());
    };
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  private Exchange exchange(HttpRequest request, BodyHandler<byte[]> body)
      throws InterruptedException {
    var answer = client.sendAsync(request, body);
    try {
      var given = answer.get(longest.toMillis(), TimeUnit.MILLISECONDS);
      return new Exchange.Answered(given.statusCode(), given.body(), retryAfter(given));
    } catch (TimeoutException e) {
      answer.cancel(true);
      return new Exchange.Unanswered("no answer within " + longest.toSeconds() + " s");
    } catch (ExecutionException e) {
      return new Exchange.Unanswered(String.valueOf(e.getCause()));
    }
  }

  private static DeliveryResult judged(Exchange.Answered answer) {
    if (answer.isTaken()) {
      return new DeliveryResult.Delivered(answer.status());
    }
    String why = "answered " + answer.status();
    return answer.isNeverTaken()
        ? new DeliveryResult.Refused(why)
        : new DeliveryResult.Later(why, answer.after());
  }

  private static Optional<Duration> retryAfter(HttpResponse<?> answer) {
    return answer
        .headers()
        .firstValue("Retry-After")
        .filter(text -> text.matches("\\d{1,6}"))
        .map(text -> Duration.ofSeconds(Long.parseLong(text)));
  }
}
