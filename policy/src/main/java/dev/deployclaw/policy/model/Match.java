package dev.deployclaw.policy.model;

import java.util.Optional;

/**
 * Which requests a limit covers. An absent part covers all; {@code *} in a route stands for any run
 * of characters, and a route without one covers the paths below it ({@code /search} covers {@code
 * /search/x}, not {@code /searching}).
 */
public record Match(Optional<String> service, Optional<String> route, Optional<String> method) {
  public static final Match ANY = new Match(Optional.empty(), Optional.empty(), Optional.empty());

  public static Match service(String service) {
    return new Match(Optional.of(service), Optional.empty(), Optional.empty());
  }
}
