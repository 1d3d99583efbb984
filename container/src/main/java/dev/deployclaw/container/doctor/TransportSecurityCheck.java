package dev.deployclaw.container.doctor;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.NotificationSinkConfig;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which back ends are reached without encryption, or without saying who asks, over a network:
 * everybody on it may then read and change what is said. Loopback is no network. By the
 * configuration alone; asks nobody, not even for an address.
 */
public final class TransportSecurityCheck {
  private static final String PLAIN =
      "in plain text: anyone on the network path can read and change the traffic";
  private static final String ANYBODY =
      "without a user: any client that reaches it may do the same";
  private static final String HTTPS = "write https:// and give it a certificate";

  private final DiagnosisCollector found = new DiagnosisCollector("links");

  private TransportSecurityCheck() {}

  /** A warning for each lack, with its remedy; one line that says so where there is none. */
  static List<Diagnosis> examine(AgentConfig config) {
    var links = examined(config);
    if (links.all().isEmpty()) {
      links.ok("each is encrypted and authenticated, or stays on loopback");
    }
    return links.all();
  }

  /** The same without a word where all is well. */
  public static List<Diagnosis> warnings(AgentConfig config) {
    return examined(config).all();
  }

  private static DiagnosisCollector examined(AgentConfig config) {
    var links = new TransportSecurityCheck();
    links.etcd("etcd", config.etcd());
    links.redis(config.redis());
    links.url(
        "s3.endpoint",
        config.s3().endpoint(),
        "https://, and with an authority of your own s3.tls.ca");
    links.nats(config.nats());
    config.nats().monitors().forEach(m -> links.url("nats.monitors", m, HTTPS));
    config
        .configurationStores()
        .forEach(s -> links.etcd("configurationStores " + s.name(), s.etcd()));
    config.services().forEach(s -> links.url("rateLimitServices", s.url(), HTTPS));
    config
        .docker()
        .filter(d -> d.tls().isEmpty())
        .ifPresent(d -> links.address("docker.host", d.host(), "set docker.tls"));
    config.model().ifPresent(m -> links.url("model.url", m.url(), HTTPS));
    config.telemetry().ifPresent(t -> links.url("telemetry.endpoint", t.endpoint(), HTTPS));
    config.sinks().forEach(links::sink);
    config.approvals().forEach(links::channel);
    return links.found;
  }

  private void etcd(String name, AgentConfig.Etcd etcd) {
    etcd.endpoints()
        .forEach(
            e -> url(name + ".endpoints", e, "https://, and with an authority of your own tls.ca"));
    boolean known = !etcd.username().isEmpty() || etcd.tls().identity().isPresent();
    etcd.endpoints().stream()
        .filter(e -> !known && isRemote(host(e)))
        .findFirst()
        .ifPresent(e ->
            warn(
                name + ".endpoints " + e,
                ANYBODY,
                "set username and passwordFile, or a certificate in tls"));
  }

  private void redis(AgentConfig.Redis redis) {
    var remote =
        redis.nodes().stream().filter(n -> isRemote(n.substring(0, n.lastIndexOf(':')))).toList();
    if (remote.isEmpty()) {
      return;
    }
    String nodes = "redis.nodes " + String.join(", ", remote);
    if (redis.tls().isEmpty()) {
      warn(nodes, PLAIN, "give it tls-port and set redis.tls: docs/tasks/credentials.md");
    }
    if (redis.password().value().isEmpty()) {
      warn(nodes, ANYBODY, "set redis.username and passwordFile: docs/tasks/credentials.md");
    }
  }

  private void nats(AgentConfig.Nats nats) {
    String at = shown(nats.url());
    if (!isRemote(host(nats.url()))) {
      return;
    }
    if (!nats.url().startsWith("tls://")) {
      warn("nats.url " + at, PLAIN, "write tls:// and set nats.tls");
    }
    boolean known =
        nats.credentialsFile().isPresent()
            || !nats.username().isEmpty()
            || nats.tls().identity().isPresent()
            || !at.equals(nats.url());
    if (!known) {
      warn(
          "nats.url " + at,
          "without a user: any client that reaches it may forge records",
          "set nats.credentialsFile, or username and passwordFile: docs/tasks/credentials.md");
    }
  }

  /** A webhook's address may itself be what lets one in, so only its host is said. */
  private void sink(NotificationSinkConfig sink) {
    String url =
        switch (sink.target()) {
          case NotificationSinkConfig.Target.Alertmanager(var at, var _) -> at;
          case NotificationSinkConfig.Target.PagerDuty(var at, var _) -> at;
          case NotificationSinkConfig.Target.Webhook(var at, var _) -> at;
        };
    receiver("notify " + sink.name(), url);
  }

  private void channel(ApprovalChannelConfig channel) {
    String url =
        switch (channel.platform()) {
          case ApprovalChannelConfig.Platform.Slack slack -> slack.url();
          case ApprovalChannelConfig.Platform.Email _ -> ""; // in plain text on loopback alone
          case ApprovalChannelConfig.Platform.Teams _ -> ""; // neither are these
          case ApprovalChannelConfig.Platform.SignedWebhook webhook -> webhook.url();
        };
    receiver("approvals " + channel.name(), url);
  }

  private void receiver(String name, String url) {
    if (url.toLowerCase(Locale.ROOT).startsWith("http://") && isRemote(host(url))) {
      warn("%s (%s)".formatted(name, host(url)), PLAIN, HTTPS);
    }
  }

  private void url(String key, String url, String remedy) {
    if (url.toLowerCase(Locale.ROOT).startsWith("http://")) {
      address(key, url, remedy.startsWith("https") ? "write " + remedy : remedy);
    }
  }

  private void address(String key, String url, String remedy) {
    if (!url.startsWith("unix:") && isRemote(host(url))) {
      warn(key + " " + shown(url), PLAIN, remedy);
    }
  }

  private void warn(String what, String lack, String remedy) {
    found.warning(what + " is reached " + lack, remedy);
  }

  private static String host(String url) {
    return Optional.ofNullable(URI.create(url).getHost()).orElse("");
  }

  /** Without a user and a password. */
  private static String shown(String url) {
    return url.replaceFirst("//[^/@]*@", "//");
  }

  private static boolean isRemote(String host) {
    String name = host.replaceAll("^\\[|]$", "").toLowerCase(Locale.ROOT);
    return !name.equals("localhost")
        && !name.endsWith(".localhost")
        && !name.equals("::1")
        && !name.matches("127(\\.\\d{1,3}){3}");
  }
}
