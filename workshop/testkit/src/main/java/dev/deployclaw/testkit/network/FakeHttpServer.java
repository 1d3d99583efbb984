package dev.deployclaw.testkit.network;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.apache.commons.lang3.function.Failable;

/**
 * An HTTP server of a test: it keeps what it was sent and answers as it is told, each request on a
 * thread of its own.
 */
public final class FakeHttpServer implements AutoCloseable {
  /** What an answer that doesn't end whole lacks. */
  private static final int MISSING = 10_000;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Function<Request, Answer> answers;

  /** What it was sent. */
  public record Request(String method, URI uri, Headers headers, byte[] bytes) {
    public String path() {
      return uri.getPath();
    }

    public String body() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** How an answer ends. */
  public enum Ending {
    WHOLE,
    /** The connection is closed within the body; without a status before it. */
    CUT_OFF,
    /** Nothing more comes until the server is closed. */
    HANGS
  }

  /** An answer; status 0 where not even that is sent. */
  public record Answer(int status, Map<String, String> headers, String body, Ending ending) {
    /** Nothing ever comes. */
    public static final Answer SILENCE = new Answer(0, Map.of(), "", Ending.HANGS);

    public Answer(int status, Map<String, String> headers) {
      this(status, headers, "", Ending.WHOLE);
    }

    public static Answer of(int status) {
      return new Answer(status, Map.of());
    }

    public static Answer of(int status, String body) {
      return new Answer(status, Map.of(), body, Ending.WHOLE);
    }

    public static Answer json(int status, String body) {
      return new Answer(status, Map.of("Content-Type", "application/json"), body, Ending.WHOLE);
    }
  }

  private FakeHttpServer(int port, Function<Request, Answer> answers) {
    this.answers = answers;
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    server = Failable.get(() -> HttpServer.create(address, 0));
    server.createContext("/", this::serve);
    server.setExecutor(threads);
    server.start();
  }

  public static FakeHttpServer start(Function<Request, Answer> answers) {
    return startAt(0, answers);
  }

  public static FakeHttpServer startAt(int port, Function<Request, Answer> answers) {
    return new FakeHttpServer(port, answers);
  }

  public static FakeHttpServer answering(int status) {
    return start(_ -> Answer.of(status));
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public String address() {
    return "127.0.0.1:" + port();
  }

  public String url() {
    return "http://" + address();
  }

  public List<Request> requests() {
    return List.copyOf(requests);
  }

  public void forget() {
    requests.clear();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      var request =
          new Request(
              exchange.getRequestMethod(),
              exchange.getRequestURI(),
              exchange.getRequestHeaders(),
              exchange.getRequestBody().readAllBytes());
      requests.add(request);
      answer(exchange, answers.apply(request));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(HttpExchange exchange, Answer answer)
      throws IOException, InterruptedException {
    boolean whole = answer.ending() == Ending.WHOLE;
    if (answer.status() != 0) {
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      long length = whole ? body.length : body.length + MISSING;
      answer.headers().forEach(exchange.getResponseHeaders()::set);
      exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
      exchange.getResponseBody().write(body);
      exchange.getResponseBody().flush();
    }
    if (answer.ending() == Ending.HANGS) {
      closed.await();
    }
  }
}
