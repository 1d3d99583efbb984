package dev.deployclaw.lab.check;

import dev.deployclaw.container.config.AgentConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Whether gateways and rate limit services act on the wanted epoch. */
record EdgeCheck(AgentConfig config, ExpectedEpoch wanted) {
  private static final Pattern CONFIG = Pattern.compile("\"config\":\"([0-9a-f]{64})\"");
  private static final String BLANK = "\"config\":\"\"";
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  List<String> wrong() {
    var wrong = new ArrayList<String>();
    config.gateways().forEach(g -> gateway(g.gateway().name(), g.folder(), g.url(), wrong));
    config.services().forEach(s -> service(s.namespace(), s.url(), wrong));
    return wrong;
  }

  private void gateway(String name, Path folder, String url, List<String> wrong) {
    try {
      String target = Files.readSymbolicLink(folder.resolve("live")).toString();
      if (!target.equals("epochs/" + wanted.epoch())) {
        wrong.add(name + " has live -> " + target);
      }
      var file = Files.readString(folder.resolve("live/nginx.conf"));
      String digest =
          ExpectedEpoch.sha256(
              CONFIG.matcher(file).replaceFirst(BLANK).getBytes(StandardCharsets.UTF_8));
      String says = get(url + "/.well-known/deployclaw");
      if (!says.contains("\"config\":\"" + digest + "\"")) {
        wrong.add(name + " acts on " + says.strip() + ", its file is " + digest);
      }
      for (String epoch : names(folder.resolve("epochs"))) {
        if (!epoch.equals("0") && !wanted.allowed().contains(Long.parseLong(epoch))) {
          wrong.add(name + " still has epochs/" + epoch);
        }
      }
    } catch (IOException e) {
      wrong.add(name + ": " + e);
    }
  }

  private void service(String namespace, String url, List<String> wrong) {
    var status = EtcdctlSnapshot.json(get(url + "/v1/status"));
    var decided = status.path("decided");
    boolean same =
        decided.path("epoch").asLong() == wanted.epoch()
            && decided.path("digest").asText().equals(wanted.digest());
    if (!same) {
      wrong.add("the service of " + namespace + " decides by " + decided);
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }

  private static String get(String url) {
    try {
      var request = HttpRequest.newBuilder(URI.create(url)).timeout(LONGEST).build();
      return HTTP.send(request, BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return "{\"no answer\":\"" + e + "\"}";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
