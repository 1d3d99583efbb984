package dev.deployclaw.executors.kubernetes.preflight;

import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * As whom a check runs: never as root and without any right, as the Pod Security Standard {@code
 * restricted} has it. Of the gateway's own it keeps the user, where that isn't root, and the group
 * by which the file may be read.
 */
final class PreflightSecurityContext {
  /** Owns nothing in an image. */
  private static final long NOBODY = 60_917;

  private static final int FIRST_OPEN_PORT = 1_024;
  private static final Pattern PORT = Pattern.compile("(?:.*:)?(\\d+)");

  private PreflightSecurityContext() {}

  static PodSecurityContext ofPod(ConfigPreflight.Check check) {
    var like =
        Optional.ofNullable(
            check.standing().deployment().getSpec().getTemplate().getSpec().getSecurityContext());
    var context =
        new PodSecurityContextBuilder()
            .withRunAsNonRoot(true)
            .withRunAsUser(user(check, like))
            .withFsGroup(like.map(PodSecurityContext::getFsGroup).orElse(null))
            .withNewSeccompProfile()
            .withType("RuntimeDefault")
            .endSeccompProfile();
    if (opensLowPort(check.standing().gateway().site().listen())) {
      context.addNewSysctl("net.ipv4.ip_unprivileged_port_start", "0");
    }
    return context.build();
  }

  static SecurityContext ofContainer() {
    return new SecurityContextBuilder()
        .withAllowPrivilegeEscalation(false)
        .withPrivileged(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .addToDrop("ALL")
        .endCapabilities()
        .build();
  }

  /** The container's before the pod's; none where the image's own isn't root, as they say. */
  private static @Nullable Long user(
      ConfigPreflight.Check check, Optional<PodSecurityContext> pod) {
    var own = Optional.ofNullable(check.standing().slot().container().getSecurityContext());
    var user =
        own.map(SecurityContext::getRunAsUser)
            .or(() -> pod.map(PodSecurityContext::getRunAsUser))
            .filter(u -> u != 0);
    boolean named = own.map(SecurityContext::getRunAsUser).isPresent();
    boolean image =
        own.map(SecurityContext::getRunAsNonRoot)
            .or(() -> pod.map(PodSecurityContext::getRunAsNonRoot))
            .filter(Boolean::booleanValue)
            .isPresent();
    return user.orElse(image && !named ? null : NOBODY);
  }

  /** Without a capability a port below 1024 needs a sysctl, which Kubernetes calls a safe one. */
  private static boolean opensLowPort(String listen) {
    var port = PORT.matcher(listen);
    return port.matches() && Integer.parseInt(port.group(1)) < FIRST_OPEN_PORT;
  }
}
