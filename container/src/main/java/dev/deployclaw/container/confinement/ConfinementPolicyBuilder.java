package dev.deployclaw.container.confinement;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Adds rights to what every JVM needs: its own files, the C library, names and certificates, its
 * own entry of {@code /proc}. {@code /bin} and {@code /usr/bin} aren't readable: the program loader
 * ({@code ld.so}) must be executable, and runs each program that can be read.
 */
public final class ConfinementPolicyBuilder {
  /** Name look-ups, certificates, what the program loader reads; no keys, no shadow. */
  private static final String ETC =
      """
      /etc/resolv.conf /etc/hosts /etc/host.conf /etc/gai.conf /etc/nsswitch.conf /etc/services
      /etc/protocols /etc/passwd /etc/group /etc/ld.so.cache /etc/localtime /etc/timezone
      /etc/locale.alias /etc/os-release /usr/lib/os-release
      /etc/ssl/certs /etc/ssl/openssl.cnf /etc/pki/tls/certs /etc/pki/ca-trust
      /etc/crypto-policies /etc/ca-certificates
      """;

  /** What the JVM reads of the machine, and of its own process. */
  private static final String KERNEL =
      """
      /proc/self /proc/meminfo /proc/stat /proc/cpuinfo /proc/loadavg /proc/uptime /proc/version
      /proc/cgroups /proc/sys/kernel /proc/sys/net/core /proc/sys/vm
      /sys/fs/cgroup /sys/devices/system /sys/kernel/mm
      /dev/zero /dev/random /dev/urandom
      """;

  /** Libraries of this kind of processor, without the programs that lie elsewhere in /usr/lib. */
  private static final String LIBRARIES =
      """
      /usr/lib/x86_64-linux-gnu /usr/lib/aarch64-linux-gnu /lib/x86_64-linux-gnu
      /lib/aarch64-linux-gnu /lib64 /usr/lib64 /usr/lib/locale
      """;

  /** The program loader, which executes all programs that aren't static. */
  private static final String LOADERS =
      """
      /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1
      /lib/ld-musl-x86_64.so.1 /lib/ld-musl-aarch64.so.1
      """;

  private final List<Path> readable = new ArrayList<>();
  private final List<Path> writable = new ArrayList<>();
  private final List<Path> executable = new ArrayList<>();
  private final Set<Integer> connect = new HashSet<>();
  private final Set<Integer> bind = new HashSet<>();
  private final Set<String> capabilities = new TreeSet<>();
  private final Set<LandlockScope> scopes = EnumSet.allOf(LandlockScope.class);
  private Optional<ProcessUser> user = Optional.empty();

  ConfinementPolicyBuilder(Path javaHome) {
    this();
    readable.add(javaHome.toAbsolutePath());
    debianConfiguration();
    executable.add(javaHome.resolve("bin/java").toAbsolutePath());
    executable.add(javaHome.resolve("lib/jspawnhelper").toAbsolutePath());
  }

  ConfinementPolicyBuilder() {
    readable.addAll(present(ETC + KERNEL + LIBRARIES));
    executable.addAll(present(LOADERS));
    writable.add(Path.of("/dev/null"));
  }

  /** Runs as another user, which needs root at the start. */
  public ConfinementPolicyBuilder user(ProcessUser as) {
    user = Optional.of(as);
    return this;
  }

  /** Files or folders that may be read: the host's jars and its secrets. */
  public ConfinementPolicyBuilder reads(List<Path> paths) {
    paths.forEach(path -> readable.add(path.toAbsolutePath()));
    return this;
  }

  /**
   * Files or folders that may be read and written: the host's own folder, the gateways' folders.
   */
  public ConfinementPolicyBuilder writes(List<Path> paths) {
    paths.forEach(path -> writable.add(path.toAbsolutePath()));
    return this;
  }

  /** Programs that may be executed: the gateways' own, for their {@code -t}. */
  public ConfinementPolicyBuilder executes(List<Path> programs) {
    programs.forEach(program -> executable.add(program.toAbsolutePath()));
    return this;
  }

  /** TCP ports that may be connected to: those of the configured endpoints. */
  public ConfinementPolicyBuilder connects(int... ports) {
    IntStream.of(ports).forEach(connect::add);
    return this;
  }

  /** TCP ports that may be listened on. */
  public ConfinementPolicyBuilder binds(int... ports) {
    IntStream.of(ports).forEach(bind::add);
    return this;
  }

  /** Capabilities that are kept, as {@link ConfinementPolicy#capabilities()} names them. */
  public ConfinementPolicyBuilder keeps(String... names) {
    capabilities.addAll(List.of(names));
    return this;
  }

  /** May signal processes outside: for a gateway on this machine that is told to reload. */
  public ConfinementPolicyBuilder signalsOutside() {
    scopes.remove(LandlockScope.SIGNALS);
    return this;
  }

  public ConfinementPolicy build() {
    return new ConfinementPolicy(
        user,
        new FileRights(distinct(readable), distinct(writable), distinct(executable)),
        new TcpPorts(connect, bind),
        capabilities,
        scopes);
  }

  /** Debian's JDK keeps its configuration in {@code /etc/java-25-openjdk}. */
  private void debianConfiguration() {
    try (var folders = Files.newDirectoryStream(Path.of("/etc"), "java-*")) {
      folders.forEach(readable::add);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list /etc", e);
    }
  }

  private static List<Path> present(String paths) {
    return Stream.of(paths.strip().split("\\s+", -1)).map(Path::of).filter(Files::exists).toList();
  }

  private static List<Path> distinct(List<Path> paths) {
    return paths.stream().map(Path::normalize).distinct().toList();
  }
}
