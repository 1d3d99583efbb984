package dev.deployclaw.container.confinement;

import dev.deployclaw.container.host.RealPolicy;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/**
 * A small machine for attempts to escape: a host's folder and program, keys of an agent, servers
 * that are configured and that aren't, and another process of the host's user. Needs root.
 */
final class ConfinedWorld implements AutoCloseable {
  static final String NEEDS = "needs root, NGINX, and Landlock 6 (Linux 6.12)";
  static final ProcessUser USER = new ProcessUser(41_234, 41_234);
  static final Path NGINX = Path.of("/usr/sbin/nginx");

  /** The version of Landlock that knows scopes. */
  private static final int SCOPES = 6;

  private static final int SIGSYS = 31;
  private static final int OTHER_USER = 41_235;
  private static final int LONGEST_SECONDS = 120;
  private static final String CLASSES = "dev/deployclaw/container/confinement";

  final Path top;
  final Path own;
  final Path jar;
  final ServerSocket configured = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
  final ServerSocket foreign = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
  private final List<ServerSocketChannel> listening = new ArrayList<>();
  private final Process victim;
  private final long agent;
  private final Arena memory = Arena.ofConfined();
  private final NativeCall kernel = new NativeCall(Processor.here().orElseThrow(), memory);

  ConfinedWorld(Path top) throws IOException, InterruptedException {
    this.top = top;
    own = Files.createDirectories(top.resolve("state/host"));
    jar = packed(top.resolve("host.jar"));
    mode(top, "rwxr-xr-x");
    own(own, USER.uid());
    own(jar, USER.uid());
    file("agent.key", 0, "rw-------");
    file("other.key", OTHER_USER, "rw-------");
    file("same-user.key", USER.uid(), "rw-------");
    file("movable.key", USER.uid(), "rw-------");
    file("state/agent.pass", USER.uid(), "rw-------");
    file("for-all.txt", 0, "rw-rw-rw-");
    program(own.resolve("shell"));
    Files.copy(Path.of(System.getProperty("java.home"), "lib/libsyslookup.so"), library());
    own(library(), USER.uid());
    Files.writeString(own.resolve("script"), "#!/bin/sh\ntrue\n");
    mode(own.resolve("script"), "rwxrwxrwx");
    gatewayConfiguration();
    device(top.resolve("memory"));
    listen("docker.sock", 0, "rw-rw-rw-");
    listen("root.sock", 0, "rw-------");
    listen("agent.sock", USER.uid(), "rw-------");
    agent = AbstractSocket.listen(kernel, abstractName());
    victim = new ProcessBuilder(as(USER, List.of("sleep", "600"))).start();
  }

  /** Whether this machine has all that the attempts need. */
  static boolean possible() {
    try (var memory = Arena.ofConfined()) {
      return StartRights.here().has("sys_admin")
          && Files.isExecutable(NGINX)
          && Processor.here().isPresent()
          && LandlockRuleset.version(new NativeCall(Processor.here().get(), memory)) >= SCOPES;
    }
  }

  Path library() {
    return own.resolve("library.so");
  }

  String abstractName() {
    return "confinement-" + configured.getLocalPort();
  }

  /** Another process of the host's user. */
  long victim() {
    return victim.pid();
  }

  ConfinementPolicy policy(Optional<ProcessUser> user) {
    var builder =
        ConfinementPolicy.forJvm(Path.of(System.getProperty("java.home")))
            .reads(List.of(jar))
            .writes(List.of(own))
            .executes(List.of(NGINX))
            .connects(configured.getLocalPort());
    user.ifPresent(builder::user);
    return builder.build();
  }

  /** The attempts behind each wall, by who starts them or what the configuration opens. */
  Map<String, ConfinedCommand> walls() throws Exception {
    int port = configured.getLocalPort();
    return Map.of(
        "root", byRoot(),
        "user", byUser(new StartTools(true, false)),
        "sockets", withSockets(),
        "gateway", byRoot(RealPolicy.ofGateway(top, USER.uid(), port, jar)),
        "pod", byUser(RealPolicy.ofPod(top, USER.uid(), port, jar)));
  }

  /** As root starts it with all tools. */
  ConfinedCommand byRoot() {
    return command(policy(Optional.of(USER)), StartRights.here(), StartTools.found());
  }

  /** As root starts it, with Docker's socket and names to look up. */
  private ConfinedCommand withSockets() {
    var open = new SocketFilter(true, true);
    return command(policy(Optional.of(USER)), open, StartRights.here(), StartTools.found());
  }

  /** As the host's own user starts it. */
  ConfinedCommand byUser(StartTools tools) {
    var command = command(policy(Optional.empty()), new StartRights(USER.uid(), 0), tools);
    return new ConfinedCommand(as(USER, command.argv()), command.missing());
  }

  ConfinedCommand command(ConfinementPolicy policy, StartRights rights, StartTools tools) {
    return command(policy, new SocketFilter(false, false), rights, tools);
  }

  private ConfinedCommand command(
      ConfinementPolicy policy, SocketFilter sockets, StartRights rights, StartTools tools) {
    var java = new ArrayList<>(javaCommand());
    java.add(Boolean.toString(sockets.unix()));
    java.add(Boolean.toString(sockets.names()));
    return new CommandBuilder(policy, rights, tools, jar.toString()).around(java);
  }

  /** As the product would start a host of a configuration, where root starts it. */
  ConfinedCommand byRoot(RealPolicy real) {
    return command(real.policy(), real.sockets(), StartRights.here(), StartTools.found());
  }

  /** As a container's own user would start it. */
  private ConfinedCommand byUser(RealPolicy real) {
    var tools = new StartTools(true, false);
    var command = command(real.policy(), real.sockets(), new StartRights(USER.uid(), 0), tools);
    return new ConfinedCommand(as(USER, command.argv()), command.missing());
  }

  /** Without a wall. */
  List<String> javaCommand() {
    return List.of(
        System.getProperty("java.home") + "/bin/java",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Djava.io.tmpdir=" + own,
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        jar.toString(),
        EscapeAttempts.class.getName());
  }

  /**
   * Starts the command, hands it the attempts, and returns its answers, one for each; {@code
   * SIGSYS} for the one that the kernel ended it for.
   */
  List<String> outcomes(List<String> command, List<String> attempts)
      throws IOException, InterruptedException {
    var log = top.resolve("log").toFile();
    var process = new ProcessBuilder(command).redirectError(log).start();
    try {
      try (var input = process.getOutputStream()) {
        input.write(String.join("\n", attempts).getBytes(StandardCharsets.UTF_8));
      }
      var answers = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the confined program does not end");
      }
      var lines = new ArrayList<>(answers.lines().toList());
      if (process.exitValue() == 128 + SIGSYS) {
        lines.add("SIGSYS");
      }
      if (lines.size() != attempts.size()) {
        throw new IllegalStateException(lines + " " + Files.readString(log.toPath()));
      }
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }

  @Override
  public void close() throws IOException {
    victim.destroyForcibly();
    configured.close();
    foreign.close();
    for (var channel : listening) {
      channel.close();
    }
    kernel.call(Syscall.CLOSE, agent);
    memory.close();
  }

  static List<String> as(ProcessUser user, List<String> command) {
    return as(user, Set.of(), command);
  }

  static List<String> as(ProcessUser user, Set<String> capabilities, List<String> command) {
    var whole =
        new ArrayList<>(
            List.of("setpriv", "--reuid=" + user.uid(), "--regid=" + user.gid(), "--clear-groups"));
    if (!capabilities.isEmpty()) {
      String kept = "=+" + String.join(",+", capabilities);
      whole.addAll(List.of("--inh-caps" + kept, "--ambient-caps" + kept));
    }
    whole.addAll(command);
    return whole;
  }

  private void listen(String name, int owner, String mode) throws IOException {
    var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.add(channel);
    channel.bind(UnixDomainSocketAddress.of(top.resolve(name)));
    mode(top.resolve(name), mode);
    own(top.resolve(name), owner);
  }

  private void file(String name, int owner, String mode) throws IOException {
    var file = Files.writeString(top.resolve(name), "secret");
    mode(file, mode);
    own(file, owner);
  }

  private static void program(Path copy) throws IOException {
    Files.copy(Path.of("/bin/sh").toRealPath(), copy);
    mode(copy, "rwxrwxrwx");
  }

  private static void device(Path device) throws IOException, InterruptedException {
    run("mknod", "--mode=666", device.toString(), "c", "1", "1");
  }

  private void gatewayConfiguration() throws IOException {
    Files.writeString(
        own.resolve("nginx.conf"),
        "pid %s/nginx.pid;\nevents {}\nhttp { access_log off; client_body_temp_path %1$s/b; "
                .formatted(own)
            + "proxy_temp_path %s/p; fastcgi_temp_path %1$s/f; uwsgi_temp_path %1$s/u; "
                .formatted(own)
            + "scgi_temp_path %s/s; }\n".formatted(own));
  }

  private static Path packed(Path jar) throws IOException {
    var roots = System.getProperty("java.class.path").split(":", -1);
    try (var packed = new JarOutputStream(Files.newOutputStream(jar))) {
      for (String root : roots) {
        var folder = Path.of(root).resolve(CLASSES);
        if (Files.isDirectory(folder)) {
          try (var classes = Files.newDirectoryStream(folder, "*.class")) {
            for (var file : classes) {
              packed.putNextEntry(new ZipEntry(CLASSES + "/" + file.getFileName()));
              Files.copy(file, packed);
            }
          }
        }
      }
    }
    return jar;
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private static void own(Path path, int uid) throws IOException {
    Files.setAttribute(path, "unix:uid", uid);
    Files.setAttribute(path, "unix:gid", uid);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (exit != 0) {
      throw new IllegalStateException(List.of(command) + " failed: " + exit);
    }
  }
}
