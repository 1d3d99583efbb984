package dev.deployclaw.testkit.docker;

import java.nio.file.Path;
import java.util.Arrays;

/** The images that the makers of the servers publish, and where those have the program. */
public enum OfficialImage {
  REDIS("redis:8", "/usr/local/bin/redis-server"),
  ETCD("quay.io/coreos/etcd:v3.5.16", "/usr/local/bin/etcd"),
  NATS("nats:2.10", "/nats-server"),
  NGINX("nginx:1.26", "/usr/sbin/nginx"),
  JAVA("eclipse-temurin:25-jre", "/opt/java/openjdk/bin/java");

  private final String title;
  private final String path;

  OfficialImage(String title, String path) {
    this.title = title;
    this.path = path;
  }

  public static OfficialImage of(String program) {
    Path name = Path.of(program).getFileName();
    return Arrays.stream(values())
        .filter(image -> image.program().equals(name.toString()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no image has the program " + program));
  }

  public String title() {
    return title;
  }

  public String path() {
    return path;
  }

  String program() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
