package dev.deployclaw.policy.gateway;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.model.Gateway;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The NGINX file of a gateway: each request of a routed location is first put to the rate limit
 * service by {@code auth_request}. Pure.
 *
 * <ul>
 *   <li>A refusal becomes 429 with the service's {@code Retry-After} and {@code RateLimit} headers.
 *       When the service doesn't answer, the file closes with 503, or opens where the whole set
 *       says so.
 *   <li>Headers that speak for the gateway are overwritten, whatever the client sent, and hidden
 *       when an upstream sends them.
 *   <li>A path that upstreams could read differently than the service is refused with 400, before
 *       anything else looks at it ({@link PathStrictness}).
 *   <li>A probe that the service verified is answered with 204 in the place of the upstream.
 *   <li>No {@code return} stands in a location that is limited: it would run before the question.
 *   <li>The file holds no limit and no epoch, so a changed limit leaves it as it is and needs no
 *       reload. The backstop is the configuration's for the same reason: it holds whatever the
 *       service says, and counts in each gateway apart.
 *   <li>Who the service took a request for is told to upstreams in {@code X-DC-Tenant}, which no
 *       client can set.
 * </ul>
 *
 * <p>The file says who it is at {@code /.well-known/deployclaw}, to its own machine and to those
 * that the configuration names.
 */
public final class NginxConfigFile {
  private static final Pattern CONFIG = Pattern.compile("\"config\":\"([0-9a-f]{64})\"");
  private static final String BLANK = "\"config\":\"\"";

  private NginxConfigFile() {}

  public static RenderedGatewayFile render(PolicySet set, Gateway gateway, GatewaySite site) {
    var routes = new NginxRouteWriter(gateway, site, UnsupportedSettingFinder.opens(set));
    String blank =
        process(gateway, site) + "\nhttp {\n" + indented(http(gateway, site, routes)) + "}\n";
    String config = CanonicalJson.sha256(blank);
    String text = blank.replace(BLANK, "\"config\":\"" + config + "\"");
    return new RenderedGatewayFile(text, config, UnsupportedSettingFinder.of(set, gateway, site));
  }

  /** The digest that a rendered file carries; empty for a file that was written by hand. */
  public static Optional<String> configIn(String text) {
    var found = CONFIG.matcher(text);
    return found.find() ? Optional.of(found.group(1)) : Optional.empty();
  }

  /** Whether a text carries the digest of itself: nothing in it was changed since. */
  public static boolean isWhole(String text) {
    String blank = CONFIG.matcher(text).replaceFirst(BLANK);
    String actual = CanonicalJson.sha256(blank);
    return configIn(text).filter(actual::equals).isPresent();
  }

  private static String process(Gateway gateway, GatewaySite site) {
    return """
    # gateway %s in %s, written by the System Architect; a change by hand is drift
    %sworker_processes 1;
    worker_shutdown_timeout %ds;
    pid "%s";
    error_log "%s" warn;

    events {
        worker_connections 1024;
    }
    """
        .formatted(
            gateway.name(),
            gateway.namespace(),
            site.foreground() ? "daemon off;\n" : "",
            site.workerShutdown().toSeconds(),
            site.pidFile(),
            beside(site.accessLog(), "error.log"));
  }

  private static String http(Gateway gateway, GatewaySite site, NginxRouteWriter routes) {
    return logs(site)
        + "\n"
        + new NginxTenantRules(gateway, site).shared()
        + new NginxPathRules(site.edge().paths()).shared()
        + decisions(site)
        + routes.upstreams()
        + "\n"
        + servers(gateway, site, routes);
  }

  private static String logs(GatewaySite site) {
    return AccessLogLine.FORMAT
        + """
        access_log "%1$s" deployclaw;
        client_body_temp_path "%2$s";
        proxy_temp_path "%2$s";
        fastcgi_temp_path "%2$s";
        uwsgi_temp_path "%2$s";
        scgi_temp_path "%2$s";
        server_tokens off;
        """
            .formatted(site.accessLog(), beside(site.pidFile(), "tmp"));
  }

  /** The service, and what of its answers is shown: rule, epoch and failure to probes only. */
  private static String decisions(GatewaySite site) {
    return """
    upstream deployclaw_decide {
        server %s;
        keepalive 16;
    }
    map $dc_probe $dc_shown_rule {
        1       $dc_rule;
        default "";
    }
    map $dc_probe $dc_shown_epoch {
        1       $dc_epoch;
        default "";
    }
    map $dc_probe $dc_shown_failure {
        1       $dc_failure;
        default "";
    }
    """
        .formatted(site.service());
  }

  private static String servers(Gateway gateway, GatewaySite site, NginxRouteWriter routes) {
    var paths = new NginxPathRules(site.edge().paths());
    var tenancy = new NginxTenantRules(gateway, site);
    return """
    server {
        listen %1$s default_server;
        server_name _;

    %2$s
    %3$s}
    """
        .formatted(
            site.listen(),
            indented(
                paths.refusal() + asked() + paths.headers() + tenancy.host() + tenancy.headers()),
            indented(
                decide(gateway, site)
                    + "\n"
                    + identity(gateway, site)
                    + "\n"
                    + routes.locations()
                    + "\n"
                    + routes.probed()
                    + limited()
                    + paths.refused()
                    + routes.undecided()));
  }

  /** What holds for every location: the answers kept, the headers set, overwritten and hidden. */
  private static String asked() {
    return """
    auth_request_set $dc_probe $upstream_http_x_dc_probe;
    auth_request_set $dc_rule $upstream_http_x_dc_rule;
    auth_request_set $dc_epoch $upstream_http_x_dc_epoch;
    auth_request_set $dc_failure $upstream_http_x_dc_failure;
    auth_request_set $dc_retry_after $upstream_http_retry_after;
    auth_request_set $dc_ratelimit $upstream_http_ratelimit;
    auth_request_set $dc_ratelimit_policy $upstream_http_ratelimit_policy;
    auth_request_set $dc_old_limit $upstream_http_x_ratelimit_limit;
    auth_request_set $dc_old_remaining $upstream_http_x_ratelimit_remaining;
    auth_request_set $dc_old_reset $upstream_http_x_ratelimit_reset;
    auth_request_set $dc_tenant $upstream_http_x_dc_tenant;

    add_header Retry-After $dc_retry_after always;
    add_header RateLimit $dc_ratelimit always;
    add_header RateLimit-Policy $dc_ratelimit_policy always;
    add_header X-RateLimit-Limit $dc_old_limit always;
    add_header X-RateLimit-Remaining $dc_old_remaining always;
    add_header X-RateLimit-Reset $dc_old_reset always;
    add_header X-DC-Probe $dc_probe always;
    add_header X-DC-Rule $dc_shown_rule always;
    add_header X-DC-Epoch $dc_shown_epoch always;
    add_header X-DC-Failure $dc_shown_failure always;

    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_set_header Connection "";
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header DC-Probe "";
    proxy_set_header DC-Execution "";
    proxy_set_header X-DC-Gateway "";
    proxy_set_header X-DC-Host "";
    proxy_set_header X-DC-Method "";
    proxy_set_header X-DC-Uri "";
    proxy_set_header X-DC-Client "";
    proxy_set_header X-DC-Token "";
    proxy_set_header X-DC-Probe "";
    proxy_set_header X-DC-Rule "";
    proxy_set_header X-DC-Epoch "";
    proxy_set_header X-DC-Failure "";
    proxy_set_header X-DC-Tenant $dc_tenant;
    proxy_hide_header X-DC-Probe;
    proxy_hide_header X-DC-Rule;
    proxy_hide_header X-DC-Epoch;
    proxy_hide_header X-DC-Failure;
    """;
  }

  /**
   * A request that the service can't read is refused: it mustn't look like a service that is away.
   */
  private static String decide(Gateway gateway, GatewaySite site) {
    return """
    location = /_dc/decide {
        internal;
        proxy_pass http://deployclaw_decide/v1/decide;
        proxy_method GET;
        proxy_pass_request_body off;
        proxy_connect_timeout 1s;
        proxy_send_timeout 1s;
        proxy_read_timeout 2s;
        proxy_intercept_errors on;
        error_page 400 413 414 431 = @unread;
        proxy_set_header Connection "";
        proxy_set_header Content-Length "";
        proxy_set_header DC-Probe "";
        proxy_set_header X-DC-Gateway %s;
        proxy_set_header X-DC-Host $host;
        proxy_set_header X-DC-Method $request_method;
        proxy_set_header X-DC-Uri $request_uri;
        proxy_set_header X-DC-Client $remote_addr;
        proxy_set_header X-DC-Token $http_dc_probe;
        proxy_set_header X-DC-Probe "";
        proxy_set_header X-DC-Rule "";
        proxy_set_header X-DC-Epoch "";
        proxy_set_header X-DC-Tenant "";
    %s}
    location @unread {
        return 403;
    }
    """
        .formatted(gateway.name(), indented(new NginxTenantRules(gateway, site).headers()));
  }

  private static String identity(Gateway gateway, GatewaySite site) {
    return """
    location = /.well-known/deployclaw {
        allow 127.0.0.1;
        allow ::1;
    %3$s    deny all;
        access_log off;
        try_files /./never @identity;
    }
    location @identity {
        access_log off;
        default_type application/json;
        return 200 '{"gateway":"%1$s",%2$s}';
    }
    """
        .formatted(gateway.name(), BLANK, allowed(site));
  }

  private static String allowed(GatewaySite site) {
    return site.askers().stream().map(a -> "    allow " + a + ";\n").collect(Collectors.joining());
  }

  private static String limited() {
    return """
    location @limited {
        default_type application/problem+json;
        return 429 '{"status":429,"title":"Too many requests"}';
    }
    """;
  }

  private static Path beside(Path file, String name) {
    return file.resolveSibling(name);
  }

  private static String indented(String text) {
    return text.lines()
        .map(line -> line.isEmpty() ? "\n" : "    " + line + "\n")
        .collect(Collectors.joining());
  }
}
