package dev.deployclaw.testkit.network;

/** Where a server listens. */
public record HostPort(String host, int port) {
  public static final String LOOPBACK = "127.0.0.1";

  public HostPort {
    if (host.isBlank() || port < 1 || port > 65_535) {
      throw new IllegalArgumentException("not an address: " + host + ":" + port);
    }
  }

  public static HostPort loopback(int port) {
    return new HostPort(LOOPBACK, port);
  }

  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("not host:port: " + text);
    }
    return new HostPort(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
