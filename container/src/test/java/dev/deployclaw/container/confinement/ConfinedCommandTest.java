package dev.deployclaw.container.confinement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command by what the start may do and what is installed, and what it says is missing. */
class ConfinedCommandTest {
  private static final List<String> JAVA = List.of("/jdk/bin/java", "-cp", "host.jar", "Main");
  private static final StartTools ALL = new StartTools(true, true);
  private static final ProcessUser USER = new ProcessUser(900, 901);

  /** Of a container's root in Docker's default: all that was asked for is there, but mounting. */
  private static final long CONTAINER = 0xA804_25FBL;

  @TempDir Path folder;

  @Test
  void saysNothingWhereRootHasEverything() {
    var command = command(policy().user(USER).keeps("kill").build(), 0, -1L, ALL);

    assertThat(command.missing()).isEmpty();
    assertThat(command.argv())
        .startsWith("unshare", "--mount")
        .containsSubsequence("confinement", folder.toString(), "--", "setpriv")
        .containsSubsequence(
            "setpriv",
            "--no-new-privs",
            "--reuid=900",
            "--regid=901",
            "--clear-groups",
            "--inh-caps=-all,+kill",
            "--ambient-caps=-all,+kill",
            "--bounding-set=-all,+kill",
            "--",
            "/jdk/bin/java",
            ConfinementLauncher.class.getName(),
            "--write=" + folder,
            "--execute=/jdk/bin/java",
            "--connect=2379",
            "--connect=6379",
            "--scope=1",
            "--scope=2",
            "--")
        .endsWith(JAVA.toArray(String[]::new));
  }

  @Test
  void missesTheFilterOfSocketsAroundProgram() {
    var builder = new CommandBuilder(policy().user(USER).build(), new StartRights(0, -1L), ALL, "");

    assertThat(builder.aroundProgram("/jdk/bin/java", List.of("/bin/plugin")).missing())
        .containsExactly("unix, udp: no filter covers a plugin's sockets");
  }

  @Test
  void missesMountsInContainer() {
    var command = command(policy().user(USER).keeps("sys_ptrace").build(), 0, CONTAINER, ALL);

    assertThat(command.argv()).startsWith("setpriv").contains("--bounding-set=-all");
    assertThat(command.missing())
        .containsExactly(
            "library: writable folders aren't noexec, only root with CAP_SYS_ADMIN can mount them",
            "capability sys_ptrace: the starting process lacks it");
  }

  @Test
  void missesUserWithoutRoot() {
    var command = command(policy().user(USER).build(), 1000, 0, ALL);

    assertThat(command.argv()).noneMatch(word -> word.startsWith("--reuid"));
    assertThat(command.missing())
        .contains("user: stays 1000 instead of 900, only root can change it");
  }

  @Test
  void missesUserWhereRootNamesNone() {
    assertThat(command(policy().build(), 0, -1L, ALL).missing())
        .containsExactly("user: stays root, the policy names no other");
  }

  @Test
  void launchesByItselfWithoutTools() {
    var none = command(policy().build(), 1000, 0, new StartTools(false, false));

    assertThat(none.argv()).startsWith("/jdk/bin/java");
    assertThat(none.missing())
        .contains("user, capabilities: stay as they are, setpriv of util-linux isn't installed");
  }

  @Test
  void opensNoFolderOfPrograms() {
    assertThat(policy().build().files().readable())
        .map(Path::toString)
        .doesNotContain("/", "/etc", "/bin", "/usr", "/usr/bin", "/usr/lib", "/proc", "/dev");
  }

  @Test
  void refusesWhatIsNoRight() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> policy().keeps("everything").build())
        .withMessage("no capability is called everything");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TcpPorts(Set.of(65_536), Set.of()))
        .withMessage("65536 is not a TCP port");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FileRights(List.of(Path.of("here")), List.of(), List.of()))
        .withMessage("here is not absolute");
  }

  private ConfinementPolicyBuilder policy() {
    return ConfinementPolicy.forJvm(Path.of("/jdk")).writes(List.of(folder)).connects(6379, 2379);
  }

  private static ConfinedCommand command(
      ConfinementPolicy policy, int uid, long capabilities, StartTools tools) {
    return new CommandBuilder(policy, new StartRights(uid, capabilities), tools, "host.jar")
        .around(JAVA);
  }
}
