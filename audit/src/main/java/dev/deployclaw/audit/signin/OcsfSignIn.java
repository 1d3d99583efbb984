package dev.deployclaw.audit.signin;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.deployclaw.audit.export.OcsfEvent.Activity;
import dev.deployclaw.audit.export.OcsfEvent.Evidence;
import dev.deployclaw.audit.export.OcsfEvent.Fingerprint;
import dev.deployclaw.audit.export.OcsfEvent.Metadata;
import dev.deployclaw.audit.export.OcsfEvent.Occurrence;
import dev.deployclaw.audit.export.OcsfEvent.Service;
import dev.deployclaw.audit.export.OcsfEvent.User;
import java.util.Optional;

/**
 * OCSF's class Authentication (3002): {@code events/iam/authentication.json} of its tag 1.8.0.
 *
 * @param count of how many events it tells
 */
record OcsfSignIn(
    @JsonUnwrapped Activity activity,
    @JsonUnwrapped Occurrence occurrence,
    Metadata metadata,
    User user,
    Service service,
    Optional<Source> srcEndpoint,
    @JsonUnwrapped Protocol protocol,
    boolean isRemote,
    long count,
    Optional<Fingerprint> rawDataHash,
    Evidence unmapped) {

  /** Where a call came from: an address, or a socket of this machine. */
  record Source(Optional<String> ip, Optional<String> name) {}

  /** By what a caller is known. */
  record Protocol(int authProtocolId, String authProtocol) {
    static Protocol of(String means) {
      return switch (means) {
        case "oidc" -> new Protocol(4, "OpenID");
        case "" -> new Protocol(0, "Unknown");
        default -> new Protocol(99, means);
      };
    }
  }
}
