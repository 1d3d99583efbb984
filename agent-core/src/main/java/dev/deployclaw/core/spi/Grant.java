package dev.deployclaw.core.spi;

import java.time.Instant;
import java.util.List;

/**
 * The kernel's permission for one call, once. Who holds the kernel's key can tell whether it was
 * made by the kernel, and for which call.
 *
 * @param number no two grants of one key have the same
 * @param executor who is to act
 * @param verb what it is to do
 * @param arguments the digest of the call's arguments, its fence and its deadline
 * @param expires from when on it is worth nothing
 * @param seal of all the others, by the kernel's key, in hex
 */
public record Grant(
    String number,
    Purpose purpose,
    String executor,
    String verb,
    String arguments,
    Instant expires,
    String seal) {

  /**
   * What a call is for.
   *
   * @param execution in whose log it is told; empty for a look that nobody keeps
   * @param plan the hash of the plan that is carried out; empty where there is none
   * @param step of the execution, from 1; 0 where it belongs to none
   */
  public record Purpose(String execution, String plan, int step) {
    /** Of a look outside every execution. */
    public static final Purpose NONE = new Purpose("", "", 0);
  }

  /** All that is sealed, in order. */
  public List<String> parts() {
    return List.of(
        number,
        purpose.execution(),
        purpose.plan(),
        String.valueOf(purpose.step()),
        executor,
        verb,
        arguments,
        expires.toString());
  }

  /** The same with another seal. */
  public Grant sealed(String other) {
    return new Grant(number, purpose, executor, verb, arguments, expires, other);
  }
}
