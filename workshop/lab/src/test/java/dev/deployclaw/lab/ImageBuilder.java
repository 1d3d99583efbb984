package dev.deployclaw.lab;

import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.model.BuildResponseItem;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * {@code docker build} of the product's own Dockerfile, as the guide says it, without a network.
 */
final class ImageBuilder {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final String DOCKERFILE = "container/Dockerfile";
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final TestDockerDaemon docker;

  ImageBuilder(TestDockerDaemon docker) {
    this.docker = docker;
  }

  /** What the Dockerfile starts from, of this machine's files. */
  void prepare() throws IOException {
    docker.javaImages(argument("JDK"), argument("BASE"));
  }

  /** Builds one of the Dockerfile's images and gives it a name. */
  void build(String target, String name) throws IOException, InterruptedException {
    Path context = Files.createTempFile("context", ".tar");
    try {
      pack(context);
      try (var in = new BufferedInputStream(Files.newInputStream(context))) {
        var said = new Said();
        docker
            .client()
            .buildImageCmd(in)
            .withDockerfilePath(DOCKERFILE)
            .withTarget(target)
            .withTags(Set.of(name))
            .withNetworkMode("none")
            .withForcerm(true)
            .exec(said);
        said.awaitImageId(LONGEST.toSeconds(), TimeUnit.SECONDS);
      }
    } finally {
      Files.delete(context);
    }
  }

  /** What each step printed goes to the test's output when the build fails. */
  private static final class Said extends BuildImageResultCallback {
    private final StringBuilder text = new StringBuilder();

    @Override
    public void onNext(BuildResponseItem item) {
      if (item.getStream() != null) {
        text.append(item.getStream());
      }
      if (item.isErrorIndicated()) {
        System.out.println(text);
      }
      super.onNext(item);
    }
  }

  /** The default of a build argument. */
  static String argument(String name) throws IOException {
    try (var lines = Files.lines(ROOT.resolve(DOCKERFILE))) {
      String start = "ARG " + name + "=";
      return lines
          .filter(line -> line.startsWith(start))
          .map(line -> line.substring(start.length()))
          .findFirst()
          .orElseThrow();
    }
  }

  /** What {@code .dockerignore} lets through. */
  private static void pack(Path context) throws IOException {
    try (var tar =
        new TarArchiveOutputStream(Files.newOutputStream(context), StandardCharsets.UTF_8.name())) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      add(tar, ROOT.resolve(DOCKERFILE));
      for (String folder : letThrough()) {
        try (var files = Files.walk(ROOT.resolve(folder))) {
          for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
            add(tar, file);
          }
        }
      }
    }
  }

  private static List<String> letThrough() throws IOException {
    var lines =
        Files.readAllLines(ROOT.resolve(".dockerignore")).stream()
            .filter(line -> !line.startsWith("#"))
            .toList();
    if (!lines.getFirst().equals("*")) {
      throw new IllegalStateException(".dockerignore must begin with all: " + lines);
    }
    return lines.stream().skip(1).map(line -> line.substring("!".length())).toList();
  }

  private static void add(TarArchiveOutputStream tar, Path file) throws IOException {
    var entry = new TarArchiveEntry(ROOT.relativize(file).toString());
    entry.setSize(Files.size(file));
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
    Files.copy(file, tar);
    tar.closeArchiveEntry();
  }
}
