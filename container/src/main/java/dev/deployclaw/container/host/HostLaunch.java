package dev.deployclaw.container.host;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.confinement.ConfinedCommand;
import dev.deployclaw.container.wiring.ProbeKeyFile;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How an executor host is started: by this JVM's java and classes, confined.
 *
 * @param config as the agent read it
 * @param file that it was read from
 * @param environment of the agent, which the host gets without the agent's own credentials
 * @param main the class whose {@code main} it is
 */
public record HostLaunch(
    AgentConfig config, Path file, Map<String, String> environment, String main)
    implements HostCommand {
  private static final String KEY_FILE = "DEPLOYCLAW_HOST_KEY_FILE";

  /** Of the agent's own sections, in which credentials are; the host reads none of them. */
  private static final Pattern AGENTS =
      Pattern.compile("DEPLOYCLAW_(MODEL|NOTIFY|TELEMETRY)_.*|OTEL_.*");

  /** The host learns that there is one, so that the section stays whole. */
  private static final String STREAM_PASSWORD = "DEPLOYCLAW_NATS_PASSWORD";

  /** Options of this JVM that a second one can't have, or has its own of. */
  private static final Pattern OWN =
      Pattern.compile(
          "-(agent|javaagent|Xrun|Xmx|Xms|XX:MaxRAMPercentage|XX:AOTCacheOutput|Djava\\.io\\.tmpdir).*");

  /** What the JDK learnt of the agent; beside it is what it learnt of the host. */
  private static final Pattern AGENTS_CACHE = Pattern.compile("(-XX:AOTCache=.*)-agent\\.aot");

  /** Small, silent, closed to debuggers, and without a core file whose parts it would choose. */
  private static final List<String> OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:-UsePerfData",
          "-XX:+DisableAttachMechanism",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:-DumpPrivateMappingsInCore",
          "-XX:-DumpSharedMappingsInCore",
          "-Xms16m",
          "-XX:MaxRAMPercentage=25",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Xlog:disable",
          "-Xlog:all=error:stderr");

  /**
   * All names that there are for a host that looks none up. The C library would ask by sockets that
   * such a host has given up, which would be told.
   */
  private static final String NAMES = "-Djdk.net.hosts.file=/etc/hosts";

  /** The product's own host. */
  public static HostLaunch of(AgentConfig config, Path file, Map<String, String> environment) {
    return new HostLaunch(config, file, environment, ExecutorHostMain.class.getName());
  }

  HostFiles files() {
    return HostFiles.of(config);
  }

  @Override
  public Path socket() {
    return files().socket();
  }

  /** Makes its folders, and says by what it is started. */
  @Override
  public ConfinedCommand prepare() throws IOException, SetupException {
    var _ = ProbeKeyFile.publicKey(config.stateDir()); // makes the pair where there is none
    int self = HostFiles.ownUser();
    var rights = new HostRights(config, files(), program(), file.toAbsolutePath());
    files().prepare(rights.user(self));
    return ConfinedCommand.around(rights.policy(self), command());
  }

  @Override
  public OptionalInt separateUser() throws IOException {
    return HostFiles.separateUser(config.host().user());
  }

  /** What it finds around it. */
  @Override
  public Map<String, String> surroundings() {
    var theirs = new TreeMap<>(environment);
    theirs.keySet().removeIf(name -> AGENTS.matcher(name).matches());
    theirs.computeIfPresent(STREAM_PASSWORD, (_, _) -> "***");
    theirs.put("DEPLOYCLAW_HOST_SOCKET", socket().toString());
    theirs.remove(KEY_FILE);
    return theirs;
  }

  private List<String> command() {
    var words = new ArrayList<String>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(OPTIONS);
    if (!HostRights.sockets(config).names()) {
      words.add(NAMES);
    }
    inherited().forEach(words::add);
    words.add("-Djava.io.tmpdir=" + files().temporary());
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    words.addAll(List.of("--config", file.toAbsolutePath().toString()));
    return words;
  }

  private static Stream<String> inherited() {
    return inherited(ManagementFactory.getRuntimeMXBean().getInputArguments());
  }

  static Stream<String> inherited(List<String> agents) {
    return agents.stream()
        .filter(option -> !OWN.matcher(option).matches())
        .filter(option -> !OPTIONS.contains(option))
        .map(option -> AGENTS_CACHE.matcher(option).replaceFirst("$1-host.aot"));
  }

  /** The files of all classes. */
  private static List<Path> program() {
    var all = new ArrayList<Path>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.isEmpty()) {
        all.add(Path.of(entry).toAbsolutePath());
      }
    }
    inherited()
        .map(option -> option.substring(option.indexOf(option.contains("=") ? '=' : ':') + 1))
        .filter(value -> value.startsWith("/"))
        .flatMap(value -> Stream.of(value.split(File.pathSeparator, -1)))
        .map(Path::of)
        .forEach(all::add);
    return all;
  }
}
