package dev.deployclaw.lab;

import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FakeHttpServer.Answer;
import dev.deployclaw.testkit.network.FakeHttpServer.Request;
import java.util.List;

/** Refuses all that it is sent, quotes it in its answer, and keeps it. */
final class EchoingServer implements AutoCloseable {
  private final FakeHttpServer server = FakeHttpServer.start(EchoingServer::answer);

  int port() {
    return server.port();
  }

  String url() {
    return server.url();
  }

  /** The bodies that came to paths which begin so; those that were packed are unpacked. */
  List<String> heard(String path) {
    return server.requests().stream()
        .filter(request -> request.path().startsWith(path))
        .map(request -> PlantedSecrets.readable(request.bytes()))
        .toList();
  }

  void forget() {
    server.forget();
  }

  @Override
  public void close() {
    server.close();
  }

  private static Answer answer(Request request) {
    var said = new StringBuilder("you sent " + request.uri());
    request.headers().forEach((k, v) -> said.append(' ').append(k).append(v));
    return Answer.of(401, said + request.body());
  }
}
