package dev.deployclaw.executors.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.executors.gateway.NginxConfigChecker.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The installed NGINX, started by a script that changes what it is told or says. */
class NginxConfigCheckerTest {
  private static final Path NGINX = Path.of("/usr/sbin/nginx");

  @TempDir Path folder;

  @BeforeEach
  void open() throws IOException {
    assumeTrue(Files.isExecutable(NGINX), "needs nginx");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** It opens one log before the file is read: here, not where it was built to. */
  @Test
  void theParserHasItsFirstLogInItsOwnFolder() throws Exception {
    var said = refused("/usr/sbin/nginx \"$@\" 2>&1; ls -1; exit 1");

    assertThat(said).contains("unknown directive").contains("\nown.log");
  }

  @Test
  void anNginxWithoutTheOptionForThatReadsTheFileToo() throws Exception {
    var said =
        refused(
            """
            case " $* " in *" -e "*) set -- -y ;; esac
            exec /usr/sbin/nginx "$@" 2>&1 | sed 's/option: ".*"/option: "e"/'; exit 1
            """);

    assertThat(said).contains("unknown directive");
  }

  private String refused(String script) throws Exception {
    var program = Files.writeString(folder.resolve("nginx"), "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    var checker = new NginxConfigChecker(folder.resolve("scratch"), Duration.ofSeconds(30));

    var verdict = checker.parse(program, "nonsense on;\n".getBytes(UTF_8));

    assertThat(verdict).isInstanceOf(Verdict.Refused.class);
    return ((Verdict.Refused) verdict).output();
  }
}
