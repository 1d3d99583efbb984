package dev.deployclaw.core.call;

import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Grant.Purpose;

/**
 * What each call of an execution carries.
 *
 * @param fence by whose lead
 * @param purpose what it is for, as its grant says
 * @param failureGuard counts the outcomes of the calls
 */
public record CallContext(FencingToken fence, Purpose purpose, RepeatedFailureGuard failureGuard) {
  /** Of a look outside every execution. */
  public static CallContext looking() {
    return new CallContext(FencingToken.NONE, Purpose.NONE, new RepeatedFailureGuard());
  }

  /** Of what is still done for an execution that is over. */
  public static CallContext of(String execution) {
    return new CallContext(
        FencingToken.NONE, new Purpose(execution, "", 0), new RepeatedFailureGuard());
  }
}
