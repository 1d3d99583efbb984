package dev.deployclaw.container.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ConfigRole;
import dev.deployclaw.container.config.reader.ConfigReader;
import dev.deployclaw.testkit.server.TestCertificate;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The configuration of the manifests, as agent and executor host read it in their containers. */
record PodConfiguration(Manifests manifests, Path folder) {
  /** As one of the containers reads it: with the files that the kustomization makes for it. */
  AgentConfig read(ConfigRole role) throws Exception {
    var text = text();
    for (var secret : List.of("deployclaw", "deployclaw-host")) {
      var named =
          Pattern.compile(Pattern.quote("/run/secrets/" + secret + "/") + "([a-z0-9.-]+)")
              .matcher(text)
              .results()
              .map(found -> found.group(1))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(Manifests.generated().get(secret)).isEqualTo(named);
    }
    var own = folder.resolve(role.name());
    var mine = role == ConfigRole.AGENT ? "deployclaw" : "deployclaw-host";
    var secrets = Files.createDirectories(own.resolve(mine));
    var authority = TestCertificate.make(own.resolve("authority"), "CN=etcd").certificate();
    for (var name : Manifests.generated().get(mine)) {
      var content = name.endsWith("-ca.pem") ? Files.readString(authority) : "secret";
      Files.writeString(secrets.resolve(name), content);
    }
    var file = own.resolve("deployclaw.yaml");
    Files.writeString(file, text.replace("/run/secrets/", own + "/"));
    return ConfigReader.read(file, Map.of(), role);
  }

  private String text() {
    return manifests.all(ConfigMap.class).stream()
        .filter(map -> map.getMetadata().getName().equals("deployclaw"))
        .findFirst()
        .orElseThrow()
        .getData()
        .get("deployclaw.yaml");
  }
}
