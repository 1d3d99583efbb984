package dev.deployclaw.container.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.testkit.process.CommandRunner;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the users of the compose file can do to one another, by real processes and by the files that
 * {@code secrets.sh} makes. A container's walls are left out here: the users alone must hold.
 */
class ComposeUsersTest {
  private static final Path COMPOSE = Path.of("compose.yaml");
  private static final Pattern SERVICE = Pattern.compile("(?m)^  ([a-z]+):\\n((?:    .*\\n|\\n)+)");
  private static final Pattern USER = Pattern.compile("(?m)^    user: \"(\\d+):\\d+\"$");
  private static final Pattern SECRETS =
      Pattern.compile("(?m)^    secrets:(?: \\[(.*)]|((?:\\n      - .*)+))$");
  private static final List<String> SERVICES =
      List.of("agent", "host", "ratelimit", "gateway", "pod");
  private static final String HIDDEN = "COMPOSE_USERS_TEST_HIDDEN";

  @TempDir Path folder;

  private final List<Process> running = new ArrayList<>();

  @BeforeEach
  void onlyRootBecomesAnother() throws IOException {
    assumeTrue(
        Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
        "only root may start a process as another user");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void stop() {
    running.forEach(Process::destroyForcibly);
  }

  /** Else one would have the environment, memory and open files of another. */
  @ParameterizedTest
  @ValueSource(strings = {"agent", "host"})
  void noUserSeesAnothersProcess(String seen) throws Exception {
    var process = start(user(seen), "sleep", "infinity");
    String proc = "/proc/" + process.pid();

    for (String service : SERVICES) {
      if (!service.equals(seen)) {
        for (String file : List.of("environ", "maps", "root/etc/hostname", "cwd/pom.xml")) {
          assertThat(run(user(service), "cat", proc + "/" + file)).as(service + file).isNotZero();
        }
        assertThat(run(user(service), "kill", "-0", "" + process.pid())).as(service).isNotZero();
      }
    }
    assertThat(run(user(seen), "grep", "-q", HIDDEN, proc + "/environ")).isZero();
    assertThat(run(user(seen), "cat", proc + "/root/etc/hostname")).isZero();
  }

  @Test
  void eachSecretIsReadByThoseThatMountItAlone() throws Exception {
    var secrets = secrets();
    var readers = new TreeMap<String, List<String>>();
    for (String service : SERVICES) {
      for (Path secret : secrets) {
        if (run(user(service), "cat", secret.toString()) == 0) {
          readers.computeIfAbsent(service, _ -> new ArrayList<>()).add(name(secret));
        }
      }
    }

    assertThat(readers.keySet()).containsExactly("agent", "host", "ratelimit");
    readers.forEach((service, read) ->
        assertThat(read).as(service).containsExactlyInAnyOrderElementsOf(mounted(service)));
    for (Path secret : secrets) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
          .isEqualTo("r--------");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made())))
        .isEqualTo("rwx------");
  }

  @Test
  void secretsAreMadeByRootAlone() throws Exception {
    var script = script();
    Files.setAttribute(script.getParent(), "unix:uid", Integer.parseInt(user("gateway")));

    assertThat(run(user("gateway"), "sh", script.toString())).isEqualTo(1);
    assertThat(made()).doesNotExist();
  }

  /** Compose mounts each file alone, so the folder's own mode is out of the way here. */
  private List<Path> secrets() throws Exception {
    assertThat(run("0", "sh", script().toString())).isZero();
    var seen = Files.createDirectories(folder.resolve("mounted"));
    var out = new ArrayList<Path>();
    try (var files = Files.list(made())) {
      for (Path file : files.sorted().toList()) {
        out.add(Files.createLink(seen.resolve(file.getFileName()), file));
      }
    }
    assertThat(out).hasSizeGreaterThan(9);
    return out;
  }

  private Path script() throws IOException {
    var compose = Files.createDirectories(folder.resolve("container/compose"));
    var redis = Files.createDirectories(folder.resolve("container/redis"));
    Files.copy(
        Path.of("redis/users.acl"),
        redis.resolve("users.acl"),
        StandardCopyOption.REPLACE_EXISTING);
    return Files.copy(Path.of("compose/secrets.sh"), compose.resolve("secrets.sh"));
  }

  private Path made() {
    return folder.resolve("container/compose/secrets");
  }

  private static String name(Path secret) {
    return secret.getFileName().toString().replace("tokens.yaml", "tokens");
  }

  private static List<String> mounted(String service) {
    var found = SECRETS.matcher(service(service));
    if (!found.find()) {
      return List.of();
    }
    return found.group(1) != null
        ? List.of(found.group(1).split(", *"))
        : found
            .group(2)
            .lines()
            .filter(line -> !line.isBlank())
            .map(line -> line.replaceFirst("^ *- (\\{source: )?([^,}]*).*", "$2"))
            .toList();
  }

  private static String user(String service) {
    var found = USER.matcher(service(service));
    assertThat(found.find()).as("user of " + service).isTrue();
    return found.group(1);
  }

  private static String service(String name) {
    return Failable.get(() ->
        SERVICE
            .matcher(Files.readString(COMPOSE))
            .results()
            .filter(s -> s.group(1).equals(name))
            .findFirst()
            .orElseThrow()
            .group(2));
  }

  private Process start(String user, String... words) throws IOException {
    var all = new ArrayList<>(List.of("setpriv", "--reuid=" + user, "--regid=" + user));
    all.addAll(List.of("--clear-groups", "--no-new-privs", "--inh-caps=-all"));
    all.addAll(List.of(words));
    var process =
        CommandRunner.of(all)
            .with(Map.of(HIDDEN, "secret"))
            .start(Redirect.to(folder.resolve("output").toFile()));
    running.add(process);
    return process;
  }

  private int run(String user, String... words) throws Exception {
    return CommandRunner.awaitExit(start(user, words), Duration.ofMinutes(1));
  }
}
