package dev.deployclaw.core.runtime;

import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Grant.Purpose;

/**
 * By what a call is made.
 *
 * @param fence by whose lead
 * @param purpose what it is for, as its grant says
 * @param conduct where it is counted what calls come to
 */
record Mandate(Fence fence, Purpose purpose, Conduct conduct) {
  /** Of a look outside every execution. */
  static Mandate looking() {
    return new Mandate(Fence.NONE, Purpose.NONE, new Conduct());
  }

  /** Of what is still done for an execution that is over. */
  static Mandate of(String execution) {
    return new Mandate(Fence.NONE, new Purpose(execution, "", 0), new Conduct());
  }
}
