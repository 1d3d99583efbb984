package dev.deployclaw.executors.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** As whom a parser is started, by what the agent may do. */
class UnprivilegedUserTest {
  private static final Optional<Path> SETPRIV = Optional.of(Path.of("/usr/bin/setpriv"));
  private static final Optional<Integer> OTHER = Optional.of(60_917);
  private static final List<String> PROGRAM = List.of("nginx", "-t");

  @Test
  void rootBecomesAnotherUser() throws Exception {
    var user = new UnprivilegedUser(OTHER, SETPRIV);

    assertThat(user.missing()).isEmpty();
    assertThat(user.start(PROGRAM))
        .startsWith("/usr/bin/setpriv", "--no-new-privs", "--reuid=60917", "--regid=60917")
        .contains("--clear-groups")
        .endsWith("nginx", "-t");
  }

  @Test
  void rootThatCannotBecomeAnotherStartsNothing() {
    assertThat(new UnprivilegedUser(OTHER, Optional.empty()).missing().orElse(""))
        .contains("as root")
        .contains("install util-linux");
  }

  @Test
  void anAgentThatCannotChangeItsUserPassesNoCapabilityOn() throws Exception {
    var user = new UnprivilegedUser(Optional.empty(), SETPRIV);

    assertThat(user.missing()).isEmpty();
    assertThat(user.start(PROGRAM))
        .startsWith("/usr/bin/setpriv", "--no-new-privs")
        .anyMatch(word -> word.startsWith("--inh-caps=-all"))
        .anyMatch(word -> word.startsWith("--ambient-caps=-all"))
        .noneMatch(word -> word.startsWith("--reuid") || word.startsWith("--bounding-set"))
        .endsWith("nginx", "-t");
  }

  /** A small image without util-linux: the file is ours, and so is the user. */
  @Test
  void withoutSetprivItStartsAsTheAgentWhereThatIsNotRoot() throws Exception {
    var user = new UnprivilegedUser(Optional.empty(), Optional.empty());

    assertThat(user.missing()).isEmpty();
    assertThat(user.start(PROGRAM)).isEqualTo(PROGRAM);
  }
}
