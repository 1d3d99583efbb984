package dev.deployclaw.policy.model;

import java.util.Optional;

/**
 * Which requests a limit covers. An absent part covers all; {@code *} in a route stands for any run
 * of characters, and a route without one covers the paths below it ({@code /search} covers {@code
 * /search/x}, not {@code /searching}).
 */
public record RequestMatch(
    Optional<String> service, Optional<String> route, Optional<String> method) {
  public static final RequestMatch ANY =
      new RequestMatch(Optional.empty(), Optional.empty(), Optional.empty());

  public static RequestMatch service(String service) {
    return new RequestMatch(Optional.of(service), Optional.empty(), Optional.empty());
  }
}
