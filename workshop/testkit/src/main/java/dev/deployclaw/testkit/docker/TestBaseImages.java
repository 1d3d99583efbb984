package dev.deployclaw.testkit.docker;

import com.github.dockerjava.api.DockerClient;
import dev.deployclaw.testkit.process.ExecutableFinder;
import java.nio.file.Path;
import java.util.List;

/** The images that tests start from, each a few of this machine's files. */
final class TestBaseImages {
  private static final String USERS =
      "root:x:0:0:root:/root:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n";
  private static final String GROUPS = "root:x:0:\nnogroup:x:65534:\n";

  private static final List<String> TOOLS = List.of("mkdir", "chown", "cat", "ls", "id", "setpriv");

  private static final List<String> SCRIPT_TOOLS =
      List.of("bash", "mktemp", "rm", "sleep", "timeout");

  /** Where the official images of Temurin have it. */
  private static final String JDK_HOME = "/opt/java/openjdk";

  private static final List<String> JDK_PARTS =
      List.of("bin/java", "lib/server/libjvm.so", "lib/libzip.so");

  private TestBaseImages() {}

  /** With NGINX in {@code /usr/sbin/nginx}, and no shell. */
  static void nginx(DockerClient client, String name) {
    plain(name, "{\"StopSignal\": \"SIGQUIT\"}")
        .folders("/run", "/var/log/nginx", "/var/lib/nginx")
        .program("/usr/sbin/nginx", Path.of(ExecutableFinder.find("nginx")))
        .load(client);
  }

  /** A server's program where its official image has it, and no shell. */
  static void server(DockerClient client, OfficialImage image) {
    if (image == OfficialImage.JAVA) {
      jdk(client, image.title());
      return;
    }
    plain(image.title(), "{}")
        .folders("/run", "/var/log/nginx", "/var/lib/nginx")
        .program(image.path(), Path.of(ExecutableFinder.find(image.program())))
        .load(client);
  }

  /** With a shell, a few tools, and the libraries that a JRE needs. */
  static void base(DockerClient client, String name) {
    var image = withShell(name, "{\"Cmd\": [\"/bin/sh\"]}");
    addLibraries(image);
    image.load(client);
  }

  /** This JVM's JDK, bash, and what a script of a build needs besides. */
  static void jdk(DockerClient client, String name) {
    String config =
        """
        {"Env": ["JAVA_HOME=%s", "PATH=%s/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}
        """
            .formatted(JDK_HOME, JDK_HOME);
    var image = withShell(name, config);
    addLibraries(image);
    SCRIPT_TOOLS.forEach(
        tool -> image.program("/usr/bin/" + tool, Path.of(ExecutableFinder.find(tool))));
    image
        .tree(JDK_HOME, jdkHome(), f -> !f.endsWith("src.zip") && !f.toString().endsWith(".jsa"))
        .load(client);
  }

  private static LocalImageBuilder withShell(String name, String config) {
    var image = plain(name, config).folders("/var", "/opt");
    image.program("/bin/sh", Path.of(ExecutableFinder.find("sh")));
    TOOLS.forEach(tool -> image.program("/usr/bin/" + tool, Path.of(ExecutableFinder.find(tool))));
    return image;
  }

  private static LocalImageBuilder plain(String name, String config) {
    return new LocalImageBuilder(name, config)
        .folders("/tmp", "/etc")
        .text("/etc/passwd", USERS)
        .text("/etc/group", GROUPS);
  }

  private static void addLibraries(LocalImageBuilder image) {
    Path home = jdkHome();
    JDK_PARTS.forEach(part -> image.librariesOf(home.resolve(part), l -> !l.startsWith(home)));
  }

  private static Path jdkHome() {
    return Path.of(System.getProperty("java.home"));
  }
}
