package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/** Sends requests to an API server; bodies are written with single quotes. */
final class ApiClient implements AutoCloseable {
  static final String EDGE = "/api/v1/namespaces/edge";
  static final String MAPS = EDGE + "/configmaps";
  static final String PODS = EDGE + "/pods";
  static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/edge/deployments";
  static final String JSON = "application/json";
  static final String MERGE = "application/merge-patch+json";
  static final String STEPS = "application/json-patch+json";
  static final String APPLY = "application/apply-patch+yaml";

  private final HttpClient client = HttpClient.newHttpClient();
  private final String token;
  private URI server;

  ApiClient(URI server, String token) {
    this.server = server;
    this.token = token;
  }

  record Said(int status, JsonNode body) {
    String text(String pointer) {
      return body.at(pointer).asText();
    }

    String message() {
      return text("/message");
    }

    long version() {
      return body.at("/metadata/resourceVersion").asLong();
    }
  }

  void server(URI other) {
    server = other;
  }

  Said get(String path) throws IOException, InterruptedException {
    return send("GET", path, "", "");
  }

  Said create(String collection, String object) throws IOException, InterruptedException {
    return send("POST", collection, JSON, object);
  }

  /** By force, as {@code manager}. */
  Said apply(String path, String manager, String object) throws IOException, InterruptedException {
    String more = path.contains("?") ? "&" : "?";
    return send("PATCH", path + more + "force=true&fieldManager=" + manager, APPLY, object);
  }

  Said send(String method, String path, String type, String singleQuoted)
      throws IOException, InterruptedException {
    boolean plain = singleQuoted.startsWith("{\"");
    var request =
        HttpRequest.newBuilder(server.resolve(path))
            .header("Authorization", "Bearer " + token)
            .method(
                method,
                BodyPublishers.ofString(plain ? singleQuoted : singleQuoted.replace('\'', '"')));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    var answer = client.send(request.build(), BodyHandlers.ofString());
    return new Said(answer.statusCode(), ApiServer.JSON.readTree(answer.body()));
  }

  /** A Deployment of one container, whose file is in a volume. */
  static String deployment(String name, String map) {
    return """
    {'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'%s'},
     'spec':{'selector':{'matchLabels':{'app':'gw'}},
      'template':{'metadata':{'labels':{'app':'gw'}},'spec':{
       'containers':[{'name':'nginx','image':'nginx:1.28',
         'volumeMounts':[{'name':'conf','mountPath':'/etc/nginx'}]}],
       'volumes':[{'name':'conf','configMap':{'name':'%s'}}]}}}}
    """
        .formatted(name, map);
  }

  @Override
  public void close() {
    client.close();
  }
}
