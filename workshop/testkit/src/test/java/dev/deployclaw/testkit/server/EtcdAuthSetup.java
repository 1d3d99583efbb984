package dev.deployclaw.testkit.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;

/** Makes users in an etcd and turns its authentication on, over its JSON gateway. */
public final class EtcdAuthSetup {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final URI endpoint;
  private final HttpClient http;

  /** Over a client that trusts the server. */
  public EtcdAuthSetup(EtcdServer etcd, HttpClient http) {
    this.endpoint = URI.create(etcd.endpoint());
    this.http = http;
  }

  /** A user whose role, of the same name, may do so much below a prefix. */
  public EtcdAuthSetup add(String name, String password, Right right, String prefix) {
    user(name, password);
    ask("role/add", "{\"name\":\"" + name + "\"}");
    byte[] from = prefix.getBytes(StandardCharsets.UTF_8);
    byte[] to = Arrays.copyOf(from, from.length);
    to[to.length - 1]++;
    ask(
        "role/grant",
        "{\"name\":\"%s\",\"perm\":{\"permType\":\"%s\",\"key\":\"%s\",\"range_end\":\"%s\"}}"
            .formatted(name, right, base64(from), base64(to)));
    return grant(name, name);
  }

  /** What a user may do. */
  public enum Right {
    READ,
    READWRITE
  }

  /** From now on nobody is let in without a password; {@code root} may do all. */
  public void enable(String rootPassword) {
    user("root", rootPassword);
    ask("role/add", "{\"name\":\"root\"}");
    grant("root", "root");
    ask("enable", "{}");
  }

  private void user(String name, String password) {
    ask("user/add", "{\"name\":\"%s\",\"password\":\"%s\"}".formatted(name, password));
  }

  private EtcdAuthSetup grant(String user, String role) {
    ask("user/grant", "{\"user\":\"%s\",\"role\":\"%s\"}".formatted(user, role));
    return this;
  }

  private void ask(String what, String body) {
    var request =
        HttpRequest.newBuilder(endpoint.resolve("/v3/auth/" + what))
            .timeout(LONGEST)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(what + ": " + answer.body());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
