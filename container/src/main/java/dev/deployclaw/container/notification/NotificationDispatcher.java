package dev.deployclaw.container.notification;

import dev.deployclaw.container.config.NotificationSinkConfig;
import dev.deployclaw.container.monitor.AlertNotification;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All couriers. What was pending when an earlier process ended is delivered first. Any thread. */
public final class NotificationDispatcher implements AutoCloseable {
  private final List<Route> routes;
  private final NotificationHttpClient post;

  private NotificationDispatcher(List<Route> routes, NotificationHttpClient post) {
    this.routes = List.copyOf(routes);
    this.post = post;
  }

  private record Route(NotificationSinkConfig wants, SinkNotifier courier) {}

  /**
   * Starts them.
   *
   * @param folder for pending notices and the record of deliveries
   */
  public static NotificationDispatcher start(
      List<NotificationSinkConfig> sinks, Path folder, DeliverySettings terms) {
    var post = new NotificationHttpClient(terms.patience().answer());
    var deliveries = new DeliveryLog(folder.resolve("deliveries.jsonl"));
    var desk = new SinkNotifier.Dependencies(post, deliveries, terms);
    var routes = new ArrayList<Route>();
    for (var notify : sinks) {
      var pending = NotificationQueue.in(folder.resolve("pending").resolve(notify.name()));
      var courier = new SinkNotifier(notify.name(), NotificationSink.of(notify), pending, desk);
      courier.start();
      routes.add(new Route(notify, courier));
    }
    return new NotificationDispatcher(routes, post);
  }

  /** What can become of a try, for metrics. */
  public static List<String> outcomes() {
    return Arrays.stream(DeliveryLog.Outcome.values()).map(DeliveryLog.Outcome::word).toList();
  }

  /** Hands a notice to those who want such; never waits for the network. */
  public void tell(AlertNotification notice) {
    for (var route : routes) {
      if (route.wants().events().contains(notice.condition().kind().word())) {
        route.courier().take(notice);
      }
    }
  }

  /** How many notices wait, by sink. */
  public Map<String, Integer> pending() {
    var out = new LinkedHashMap<String, Integer>();
    routes.forEach(r -> out.put(r.wants().name(), r.courier().waiting()));
    return out;
  }

  @Override
  public void close() {
    try {
      for (var route : routes) {
        route.courier().stop();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    post.close();
  }
}
