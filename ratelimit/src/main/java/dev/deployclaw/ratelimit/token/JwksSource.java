package dev.deployclaw.ratelimit.token;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Where a JSON Web Key Set (RFC 7517) is read from. Reading blocks. */
public sealed interface JwksSource {
  /** Longer sets aren't read. */
  int MOST_BYTES = 1 << 20;

  /** How often it is read again. */
  Duration period();

  /**
   * The text as it is now.
   *
   * @throws IOException also where it is longer than {@link #MOST_BYTES}
   */
  String read() throws IOException, InterruptedException;

  /** There are no keys. */
  record None() implements JwksSource {
    @Override
    public Duration period() {
      return Duration.ofDays(1);
    }

    @Override
    public String read() {
      return "{\"keys\":[]}";
    }
  }

  record File(Path path) implements JwksSource {
    @Override
    public Duration period() {
      return Duration.ofSeconds(5);
    }

    @Override
    public String read() throws IOException {
      try (var in = Files.newInputStream(path)) {
        return text(in.readNBytes(MOST_BYTES + 1));
      }
    }
  }

  /** Certificates are those that the JRE trusts. Redirects aren't followed. */
  record Url(URI uri) implements JwksSource {
    private static final Duration ANSWER = Duration.ofSeconds(10);

    @Override
    public Duration period() {
      return Duration.ofMinutes(5);
    }

    @Override
    public String read() throws IOException, InterruptedException {
      try (var http = HttpClient.newBuilder().connectTimeout(ANSWER).build()) {
        try {
          return read(http);
        } finally {
          http.shutdownNow();
        }
      }
    }

    private String read(HttpClient http) throws IOException, InterruptedException {
      var request = HttpRequest.newBuilder(uri).timeout(ANSWER).build();
      var response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != 200) {
          throw new IOException("answered " + response.statusCode());
        }
        return text(body.readNBytes(MOST_BYTES + 1));
      }
    }
  }

  private static String text(byte[] bytes) throws IOException {
    if (bytes.length > MOST_BYTES) {
      throw new IOException("more than " + MOST_BYTES + " bytes");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
