package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.ApprovalChannel;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.notification.DeliverySettings;
import dev.deployclaw.container.notification.NotificationHttpClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The configured channels, and what comes from each. Any thread. */
public final class ChannelRegistry implements AutoCloseable {
  private final List<ApprovalChannel> channels = new ArrayList<>();
  private final Map<String, SlackCallback> slack = new LinkedHashMap<>();
  private final Map<String, TeamsCallback> teams = new LinkedHashMap<>();
  private final Map<String, WebhookCallback> webhooks = new LinkedHashMap<>();
  private final NotificationHttpClient http;

  public ChannelRegistry(List<ApprovalChannelConfig> configured, DeliverySettings delivery) {
    this.http = new NotificationHttpClient(delivery.patience().answer());
    var time = delivery.time();
    for (var config : configured) {
      switch (config.platform()) {
        case Platform.Slack s -> {
          var channel = new SlackChannel(config, s, new SlackClient(s, http));
          channels.add(channel);
          slack.put(config.name(), new SlackCallback(config, s, channel, time));
        }
        case Platform.Email e -> channels.add(new EmailChannel(config, e, delivery));
        case Platform.Teams t -> {
          var tokens = new BotTokenVerifier(t, http, time);
          channels.add(new TeamsChannel(config, new TeamsClient(t, http, time), tokens));
          teams.put(config.name(), new TeamsCallback(config, t, tokens, time));
        }
        case Platform.SignedWebhook w -> {
          channels.add(new WebhookChannel(config, w, http, time));
          webhooks.put(config.name(), new WebhookCallback(config, w, time));
        }
      }
    }
  }

  public List<ApprovalChannel> channels() {
    return List.copyOf(channels);
  }

  public Optional<SlackCallback> slack(String channel) {
    return Optional.ofNullable(slack.get(channel));
  }

  public Optional<TeamsCallback> teams(String channel) {
    return Optional.ofNullable(teams.get(channel));
  }

  public Optional<WebhookCallback> webhook(String channel) {
    return Optional.ofNullable(webhooks.get(channel));
  }

  @Override
  public void close() {
    http.close();
  }
}
