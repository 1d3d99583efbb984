package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.access.ClientUser;
import java.util.Optional;

/**
 * Looks at each write once the object is as it would be kept, as validating admission does; at a
 * dry run, too.
 */
@FunctionalInterface
public interface AdmissionHook {
  /** Why it is refused; empty to let it pass. */
  Optional<String> refusal(Write write);

  /** A write; the object is empty when it is deleted, the old one when it is created. */
  record Write(
      ClientUser user,
      String operation,
      ResourcePath resource,
      ObjectNode object,
      ObjectNode old,
      boolean dry) {}
}
