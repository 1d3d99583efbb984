package dev.deployclaw.container.confinement;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The rights that an executor host keeps. All else is refused by the kernel.
 *
 * @param user runs as this one; needs root at the start, is reported as missing without
 * @param files what may be read, written and executed
 * @param ports TCP ports that may be connected to or listened on
 * @param capabilities kept capabilities by the names of capabilities(7), lower case, without {@code
 *     cap_}: for example {@code kill}
 * @param scopes what is cut off from processes outside
 */
public record ConfinementPolicy(
    Optional<ProcessUser> user,
    FileRights files,
    TcpPorts ports,
    Set<String> capabilities,
    Set<LandlockScope> scopes) {
  public ConfinementPolicy {
    capabilities = Set.copyOf(capabilities);
    scopes = Set.copyOf(scopes);
    capabilities.stream()
        .filter(name -> !StartRights.CAPABILITIES.contains(name))
        .findFirst()
        .ifPresent(name -> {
          throw new IllegalArgumentException("no capability is called " + name);
        });
  }

  /** A program of any kind, with no port, no capability and no folder of its own. */
  public static ConfinementPolicyBuilder forProgram() {
    return new ConfinementPolicyBuilder();
  }

  /**
   * A host on the JVM, with no port, no capability, no folder of its own, and no signal to others.
   *
   * @param javaHome of the JVM that it runs on
   */
  public static ConfinementPolicyBuilder forJvm(Path javaHome) {
    return new ConfinementPolicyBuilder(javaHome);
  }
}
