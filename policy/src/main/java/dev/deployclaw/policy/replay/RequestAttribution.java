package dev.deployclaw.policy.replay;

import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.Gateway.Route;
import dev.deployclaw.policy.replay.accesslog.RecordedRequest;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How a log's requests tell their tenant and service.
 *
 * @param routes longest prefix first; where there are none, a request's service is its field {@code
 *     service}, else the first segment of its path
 */
public record RequestAttribution(TenantSource tenant, List<Route> routes) {
  public RequestAttribution {
    routes =
        routes.stream().sorted(Comparator.comparingInt((Route r) -> -r.prefix().length())).toList();
  }

  /** Where the tenant's name stands. */
  public sealed interface TenantSource {
    /** The authenticated user. */
    record User() implements TenantSource {}

    /** The first label of the host. */
    record Host() implements TenantSource {}

    /** A field, of a log of JSON lines. */
    record Field(String name) implements TenantSource {}

    record Always(String tenant) implements TenantSource {}

    /** The words of the command line: {@code user}, {@code host}, {@code field:N}, {@code =N}. */
    static Optional<TenantSource> ofWord(String word) {
      String field = "field:";
      if (word.startsWith(field) && word.length() > field.length()) {
        return Optional.of(new Field(word.substring(field.length())));
      }
      if (word.startsWith("=") && word.length() > 1) {
        return Optional.of(new Always(word.substring(1)));
      }
      return switch (word) {
        case "user" -> Optional.of(new User());
        case "host" -> Optional.of(new Host());
        default -> Optional.empty();
      };
    }
  }

  /** The name that the request gives itself; it may be nobody's. */
  String tenant(RecordedRequest request) {
    return switch (tenant) {
      case TenantSource.User() -> request.user();
      case TenantSource.Host() -> request.host().substring(0, dot(request.host()));
      case TenantSource.Field(String name) -> request.fields().getOrDefault(name, "");
      case TenantSource.Always(String name) -> name;
    };
  }

  /** Empty where no route leads anywhere. */
  Optional<RequestShape> shape(RecordedRequest request) {
    var plain = RequestShape.ofUri("", request.uri(), request.method());
    return service(request, plain.path())
        .map(service -> new RequestShape(service, plain.path(), plain.method()));
  }

  private Optional<String> service(RecordedRequest request, String path) {
    if (routes.isEmpty()) {
      String named = request.fields().get("service");
      return Optional.of(named != null ? named : path.substring(1).split("/", 2)[0]);
    }
    return routes.stream().filter(r -> covers(r.prefix(), path)).map(Route::service).findFirst();
  }

  private static boolean covers(String prefix, String path) {
    String folder = prefix.endsWith("/") ? prefix : prefix + "/";
    return path.startsWith(folder) || (path + "/").equals(folder);
  }

  private static int dot(String host) {
    int dot = host.indexOf('.');
    return dot < 0 ? host.length() : dot;
  }
}
