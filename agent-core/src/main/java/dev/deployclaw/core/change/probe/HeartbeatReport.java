package dev.deployclaw.core.change.probe;

import java.util.List;

/**
 * What one heartbeat found.
 *
 * @param reason why nothing can be told; empty where it can
 * @param epoch the committed one; 0 before the first change, and then there are no points
 */
public record HeartbeatReport(String reason, long epoch, List<Point> points) {
  public HeartbeatReport {
    points = List.copyOf(points);
  }

  /** How an enforcement point stands. */
  public enum State {
    /** It decided by the committed epoch, and counted where it must. */
    OK,
    /** It answered, and not so. */
    NOT_ENFORCED,
    /** That can't be told. */
    UNKNOWN,
    /** No limit that could be exhausted is reached through it. */
    UNLIMITED,
    /** It decided by the other epoch of a change that is under way. */
    CHANGING
  }

  /**
   * One enforcement point.
   *
   * @param member as in reports, for example {@code gateway/shop/gw-03}
   * @param reason empty for {@link State#OK}
   * @param micros of its slower answer; 0 where it didn't pass
   * @param denied whether it is {@link State#UNKNOWN} since this agent may not see it
   */
  public record Point(String member, State state, String reason, long micros, boolean denied) {
    /** The second part of its name. */
    public String namespace() {
      String[] parts = member.split("/", -1);
      return parts.length > 1 ? parts[1] : "";
    }
  }

  public static HeartbeatReport unknown(String reason) {
    return new HeartbeatReport(reason, 0, List.of());
  }
}
