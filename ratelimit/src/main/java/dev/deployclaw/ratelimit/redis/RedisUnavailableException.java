package dev.deployclaw.ratelimit.redis;

/**
 * Redis didn't answer a call; whether it carried the call out is unknown. Without a stack trace.
 */
public final class RedisUnavailableException extends RuntimeException {
  public RedisUnavailableException(String message) {
    super(message, null, false, false);
  }
}
