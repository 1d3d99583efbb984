package dev.deployclaw.ratelimit.redis;

/** Where a Redis node listens. */
public record RedisAddress(String host, int port) {

  /** Throws IllegalArgumentException where the text isn't {@code host:port}. */
  public static RedisAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("not host:port: \"" + text + "\"");
    }
    try {
      return new RedisAddress(
          text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not host:port: \"" + text + "\"", e);
    }
  }

  /** Asked for each call. */
  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof RedisAddress(var itsHost, var itsPort)
            && port == itsPort
            && host.equals(itsHost));
  }

  @Override
  public int hashCode() {
    return 31 * host.hashCode() + port;
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
