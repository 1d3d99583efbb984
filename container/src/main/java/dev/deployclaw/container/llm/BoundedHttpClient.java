package dev.deployclaw.container.llm;

import dev.langchain4j.exception.HttpException;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * Takes no more of an answer than a bound; the rest isn't read. It follows no redirect: the key is
 * for one server. HTTP/1.1, because vLLM drops the body of a request that offers an upgrade to
 * HTTP/2.
 */
final class BoundedHttpClient implements dev.langchain4j.http.client.HttpClient {
  private static final int OK = 200;
  private static final int REDIRECTS = 300;

  private final HttpClient client;
  private final Duration patience;
  private final long most;

  private BoundedHttpClient(Duration connect, Duration patience, long most) {
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(connect)
            .followRedirects(Redirect.NEVER)
            .build();
    this.patience = patience;
    this.most = most;
  }

  /**
   * @param patience for the connection, and for the answer
   * @param most bytes of an answer
   */
  static HttpClientBuilder builder(Duration patience, long most) {
    return new Builder(patience, patience, most);
  }

  @Override
  public SuccessfulHttpResponse execute(HttpRequest request) {
    var sent =
        java.net.http.HttpRequest.newBuilder(URI.create(request.url()))
            .method(request.method().name(), BodyPublishers.ofString(request.body()))
            .timeout(patience);
    request.headers().forEach((name, values) -> values.forEach(v -> sent.header(name, v)));
    try {
      var response =
          client.send(sent.build(), BodyHandlers.limiting(BodyHandlers.ofString(), most));
      return told(response);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new InterruptedIOException());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SuccessfulHttpResponse told(HttpResponse<String> response) {
    if (response.statusCode() < OK || response.statusCode() >= REDIRECTS) {
      throw new HttpException(response.statusCode(), response.body());
    }
    return SuccessfulHttpResponse.builder()
        .statusCode(response.statusCode())
        .headers(response.headers().map())
        .body(response.body())
        .build();
  }

  @Override
  public void execute(
      HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
    throw new UnsupportedOperationException("answers come whole");
  }

  /** What a model's own builder takes. Its bounds are given; none is changed. */
  private record Builder(Duration connectTimeout, Duration readTimeout, long most)
      implements HttpClientBuilder {
    @Override
    public HttpClientBuilder connectTimeout(Duration timeout) {
      return new Builder(timeout, readTimeout, most);
    }

    @Override
    public HttpClientBuilder readTimeout(Duration timeout) {
      return new Builder(connectTimeout, timeout, most);
    }

    @Override
    public dev.langchain4j.http.client.HttpClient build() {
      return new BoundedHttpClient(connectTimeout, readTimeout, most);
    }
  }
}
