package dev.deployclaw.core.call;

import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Grant.Purpose;

/**
 * By what a call is made.
 *
 * @param fence by whose lead
 * @param purpose what it is for, as its grant says
 * @param failureGuard where it is counted what calls come to
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
