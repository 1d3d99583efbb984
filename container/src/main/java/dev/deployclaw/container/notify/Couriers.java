package dev.deployclaw.container.notify;

import dev.deployclaw.container.config.Notify;
import dev.deployclaw.container.watch.Notice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All couriers. What was pending when an earlier process ended is delivered first. Any thread. */
public final class Couriers implements AutoCloseable {
  private final List<Route> routes;
  private final Post post;

  private Couriers(List<Route> routes, Post post) {
    this.routes = List.copyOf(routes);
    this.post = post;
  }

  private record Route(Notify wants, Courier courier) {}

  /**
   * Starts them.
   *
   * @param folder for pending notices and the record of deliveries
   */
  public static Couriers start(List<Notify> sinks, Path folder, Terms terms) {
    var post = new Post(terms.patience().answer());
    var deliveries = new Deliveries(folder.resolve("deliveries.jsonl"));
    var desk = new Courier.Desk(post, deliveries, terms);
    var routes = new ArrayList<Route>();
    for (var notify : sinks) {
      var pending = Pending.in(folder.resolve("pending").resolve(notify.name()));
      var courier = new Courier(notify.name(), Sink.of(notify), pending, desk);
      courier.start();
      routes.add(new Route(notify, courier));
    }
    return new Couriers(routes, post);
  }

  /** What can become of a try, for metrics. */
  public static List<String> outcomes() {
    return Arrays.stream(Deliveries.Outcome.values()).map(Deliveries.Outcome::word).toList();
  }

  /** Hands a notice to those who want such; never waits for the network. */
  public void tell(Notice notice) {
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
