package dev.deployclaw.executors.kubernetes.configmap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.executors.kubernetes.Estate;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NginxFileSplitterTest {
  private static final String FILE = "nginx.conf";

  private final String text = text(200);

  @Test
  void leavesASmallFileAsItIs() {
    assertThat(NginxFileSplitter.cut("events {}\n", FILE, 100))
        .contains(new TreeMap<>(Map.of(FILE, "events {}\n")));
  }

  @Test
  void cutsWholeBlocksAndPutsThemBack() {
    var files = NginxFileSplitter.cut(text, FILE, 6_000).orElseThrow();

    assertThat(files).hasSizeGreaterThan(5);
    assertThat(files.values()).allMatch(f -> f.length() <= 6_000);
    assertThat(files.get(FILE)).contains("include deployclaw-001.conf;");
    assertThat(files.getOrDefault("deployclaw-002.conf", "").strip())
        .startsWith("location")
        .endsWith("}");
    assertThat(NginxFileSplitter.joined(files, FILE)).contains(text);
  }

  @Test
  void saysWhenAFileCannotBeCutSoSmall() {
    assertThat(NginxFileSplitter.cut(text, FILE, 500)).isEqualTo(Optional.empty());
  }

  @Test
  void keepsIncludesOfOthersAsTheyStand() {
    var files = new TreeMap<String, String>();
    files.put(FILE, "include mime.types;\n    include deployclaw-009.conf;\n");

    assertThat(NginxFileSplitter.joined(files, FILE)).contains(files.get(FILE));
  }

  private static String text(int routes) {
    var set = Estate.set(routes);
    var gateway = Optional.ofNullable(set.gateways().get("gw")).orElseThrow();
    return NginxConfigFile.render(set, gateway, Estate.gateway("gw").site()).text();
  }
}
