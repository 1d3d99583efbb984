package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.DockerConfig;
import dev.deployclaw.container.config.DockerConfig.ContainerEntry;
import dev.deployclaw.container.config.DockerConfig.ContainerSelector;
import dev.deployclaw.container.config.NginxSiteConfig;
import dev.deployclaw.container.config.yaml.ConfigSection;
import dev.deployclaw.policy.model.Gateway;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads the section {@code docker}. */
record DockerConfigReader(CredentialFiles files) {
  private static final String UNIX = "unix";
  private static final String TCP = "tcp";

  /** Empty where the file says nothing of Docker. */
  Optional<DockerConfig> read(ConfigSection f) {
    var host = f.optional("host");
    if (host.isEmpty() && !f.isGiven()) {
      return Optional.empty();
    }
    String address = f.required("host");
    var config =
        new DockerConfig(
            address,
            tls(f.section("tls")),
            f.duration("timeout", Duration.ofSeconds(5)),
            f.each("gateways", this::gateway));
    f.done();
    check(f, config);
    return Optional.of(config);
  }

  private Optional<DockerConfig.Tls> tls(ConfigSection f) {
    if (!f.isGiven()) {
      return Optional.empty();
    }
    var tls = new DockerConfig.Tls(file(f, "ca"), certificate(f), file(f, "key"));
    files.learnLines(tls.key());
    f.done();
    return Optional.of(tls);
  }

  private static void check(ConfigSection f, DockerConfig config) {
    if (config.host().isEmpty()) {
      return;
    }
    String scheme = scheme(config.host());
    if (scheme.isEmpty()) {
      f.wrong(
          "host",
          "\"" + config.host() + "\" isn't the address of a daemon",
          "write unix:///var/run/docker.sock, or tcp://host:2376 with tls");
    }
    if (config.tls().isPresent() && scheme.equals(UNIX)) {
      f.wrong("tls", "is for tcp, and host is a socket", "remove it, or write tcp://host:2376");
    }
  }

  /** Of an address that can be used; else empty. */
  private static String scheme(String host) {
    try {
      var uri = new URI(host);
      boolean socket = UNIX.equals(uri.getScheme()) && uri.getPath() != null;
      boolean server = TCP.equals(uri.getScheme()) && uri.getPort() > 0;
      return (socket && uri.getPath().length() > 1) || server ? uri.getScheme() : "";
    } catch (URISyntaxException e) {
      return "";
    }
  }

  private Optional<ContainerEntry> gateway(ConfigSection f) {
    String name = f.required("name");
    String namespace = f.required("namespace");
    var identity = ConfigReader.identity(f.section("identity"));
    var routes = ConfigReader.routes(f);
    var which = which(f);
    String inside = f.required("inside");
    var folder = f.optional("folder").map(files::path);
    String binary = f.text("binary", "/usr/sbin/nginx");
    String reload = f.choice("reload", "signal", List.of("signal", "restart"));
    String url = f.url("url");
    var front = NginxSiteConfig.inContainer(f, f.texts("askers"));
    return f.make(() -> {
      var _ = front.site(); // refuses what can't stand in a gateway's file
      absolute("inside", inside);
      absolute("binary", binary);
      return new ContainerEntry(
          new Gateway(name, namespace, identity, routes),
          which,
          inside,
          folder,
          binary,
          reload.equals("restart"),
          url,
          front);
    });
  }

  private static ContainerSelector which(ConfigSection f) {
    var name = f.optional("container");
    var label = f.optional("label");
    if (name.isPresent() == label.isPresent()) {
      f.problem("", 0, "needs exactly one of container and label", "write container: its name");
    }
    String text = label.orElse("");
    int equals = text.indexOf('=');
    if (label.isPresent() && equals < 1) {
      f.wrong("label", "\"" + text + "\" is not key=value", "write for example role=gateway");
    }
    return label.isPresent()
        ? new ContainerSelector.Labelled(
            text.substring(0, Math.max(0, equals)), text.substring(equals + 1))
        : new ContainerSelector.Named(name.orElse(""));
  }

  /** As it is named for every other back end, or as it was here before. */
  private Path certificate(ConfigSection f) {
    return file(f, f.given("certificate") ? "certificate" : "cert");
  }

  private Path file(ConfigSection f, String key) {
    return files.noted(f.required(key));
  }

  private static void absolute(String what, String path) {
    if (!path.isEmpty() && !path.startsWith("/")) {
      throw new IllegalArgumentException(
          what + " isn't an absolute path in the container: " + path);
    }
  }
}
