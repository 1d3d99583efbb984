package dev.deployclaw.testkit.server;

import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.deployclaw.testkit.docker.DockerdProcess;
import dev.deployclaw.testkit.docker.OfficialImage;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import dev.deployclaw.testkit.file.TestFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.commons.lang3.function.Failable;

/**
 * The Docker daemon of this JVM's containers. The first container starts it; it ends with the JVM.
 */
public final class SharedDocker {
  private static final int PULL_SECONDS = 120;
  private static final Map<OfficialImage, String> PROVIDED = new ConcurrentHashMap<>();

  private SharedDocker() {}

  /** Started when it is first asked for. */
  private static final class Holder {
    static final TestDockerDaemon DAEMON = start();
  }

  static TestDockerDaemon daemon() {
    return Holder.DAEMON;
  }

  /**
   * The daemon has the image afterwards: it had it, or pulled it, or, where no registry answers, it
   * is made of this machine's program.
   *
   * @return its name
   * @throws IllegalStateException where it can't be pulled into a daemon that isn't ours, where the
   *     name must not stand for something else
   */
  public static String provide(OfficialImage image) {
    return PROVIDED.computeIfAbsent(image, SharedDocker::ready);
  }

  /** Why an image that can't be made here isn't to be had; empty where it is. */
  public static Optional<String> missing(String image) {
    return TestDockerDaemon.missing()
        .or(() ->
            has(image) || pulled(image)
                ? Optional.empty()
                : Optional.of("no registry is reached: " + image + " can't be pulled"));
  }

  private static String ready(OfficialImage image) {
    if (!has(image.title()) && !pulled(image.title())) {
      System.out.println(image.title() + " can't be pulled: made of this machine's program");
      daemon().serverImage(image);
    }
    return image.title();
  }

  private static boolean has(String image) {
    try {
      daemon().client().inspectImageCmd(image).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  private static boolean pulled(String image) {
    try {
      return daemon()
          .client()
          .pullImageCmd(image)
          .start()
          .awaitCompletion(PULL_SECONDS, TimeUnit.SECONDS);
    } catch (DockerException | DockerClientException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static TestDockerDaemon start() {
    return Failable.get(() -> {
      Path folder = Files.createTempDirectory("containers");
      var daemon = TestDockerDaemon.start(folder);
      daemon.own().ifPresent(own -> own.leave());
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(folder), "stop-containers"));
      return daemon;
    });
  }

  private static void stop(Path folder) {
    DockerdProcess.stopIn(folder);
    TestFiles.delete(folder);
  }
}
