package dev.deployclaw.ratelimit;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Map;

/**
 * Asks the service on this machine whether it lives: exit code 0 when it does, else 1. For an
 * image's health check, which starts it often: it needs nothing but the JDK, and reads the host and
 * the port from the environment, as the service does.
 */
public final class Health {
  private static final int ANSWER_MILLIS = 3_000;

  private Health() {}

  public static void main(String[] args) {
    System.exit(lives(System.getenv()) ? 0 : 1);
  }

  static boolean lives(Map<String, String> environment) {
    String host = environment.getOrDefault("DC_RATELIMIT_HOST", "127.0.0.1");
    String port = environment.getOrDefault("DC_RATELIMIT_PORT", "8089");
    try {
      var url = URI.create("http://" + reached(host) + ":" + port + "/healthz").toURL();
      var connection = (HttpURLConnection) url.openConnection();
      connection.setConnectTimeout(ANSWER_MILLIS);
      connection.setReadTimeout(ANSWER_MILLIS);
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      System.err.println("no rate limit service answers on " + host + ":" + port + ": " + e);
      return false;
    }
  }

  /** Who listens everywhere is asked on loopback. */
  private static String reached(String host) {
    return host.equals("0.0.0.0") ? "127.0.0.1" : host;
  }
}
