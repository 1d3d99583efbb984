package dev.deployclaw.container.notification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FakeHttpServer.Answer;
import dev.deployclaw.testkit.network.FakeHttpServer.Ending;
import dev.deployclaw.testkit.network.FakeHttpServer.Request;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import org.apache.commons.lang3.function.Failable;

/** A receiver of notices: a real HTTP server, which notes what it got and answers as it is told. */
final class NotificationReceiver implements AutoCloseable {
  /** An answer that is begun and never ended. */
  static final int HANGS = -1;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final AtomicInteger answered = new AtomicInteger();
  private final IntUnaryOperator answers;
  private final FakeHttpServer server;

  /** A request. */
  record Got(String path, Map<String, String> headers, String body) {
    private static Got of(Request request) {
      var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
      request.headers().forEach((name, values) -> headers.put(name, values.getLast()));
      return new Got(request.path(), headers, request.body());
    }

    JsonNode json() {
      return Failable.get(() -> JSON.readTree(body));
    }
  }

  private NotificationReceiver(int port, IntUnaryOperator answers) {
    this.answers = answers;
    this.server = FakeHttpServer.startAt(port, _ -> answer());
  }

  /**
   * @param answers the status for the first request, the second, …, from 0
   */
  static NotificationReceiver start(IntUnaryOperator answers) {
    return new NotificationReceiver(0, answers);
  }

  static NotificationReceiver startAt(int port) {
    return new NotificationReceiver(port, _ -> 200);
  }

  String url() {
    return server.url();
  }

  List<Got> got() {
    return server.requests().stream().map(Got::of).toList();
  }

  @Override
  public void close() {
    server.close();
  }

  private Answer answer() {
    int status = answers.applyAsInt(answered.getAndIncrement());
    return status == HANGS ? new Answer(200, Map.of(), "…", Ending.HANGS) : Answer.of(status);
  }
}
