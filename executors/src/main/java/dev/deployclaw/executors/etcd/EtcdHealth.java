package dev.deployclaw.executors.etcd;

import io.etcd.jetcd.maintenance.AlarmMember;
import java.util.ArrayList;
import java.util.List;

/**
 * How the members of an etcd cluster say they are.
 *
 * @param alarms that are raised: {@code NOSPACE}, {@code CORRUPT}; empty where they aren't told
 */
public record EtcdHealth(List<Member> members, List<String> alarms) {
  public EtcdHealth {
    members = List.copyOf(members);
    alarms = List.copyOf(alarms);
  }

  /**
   * One configured endpoint.
   *
   * @param bytes of its database, with what is free in it
   * @param trouble why it doesn't say; else empty
   */
  public record Member(String endpoint, String version, long bytes, String trouble) {}

  /** Asks each endpoint by itself; bounded by the settings' timeout for each. */
  public static EtcdHealth of(EtcdSettings settings) throws InterruptedException {
    try (var link = new EtcdLink(settings)) {
      var members = new ArrayList<Member>();
      for (String endpoint : settings.endpoints()) {
        members.add(member(link, endpoint));
      }
      return new EtcdHealth(members, alarms(link));
    }
  }

  private static Member member(EtcdLink link, String endpoint) throws InterruptedException {
    try {
      var status = link.call(c -> c.getMaintenanceClient().statusMember(endpoint));
      return new Member(endpoint, status.getVersion(), status.getDbSize(), "");
    } catch (EtcdLink.Failed e) {
      return new Member(endpoint, "", 0, e.fault().reason());
    }
  }

  private static List<String> alarms(EtcdLink link) throws InterruptedException {
    try {
      return link.call(c -> c.getMaintenanceClient().listAlarms()).getAlarms().stream()
          .map(AlarmMember::getAlarmType)
          .map(Enum::name)
          .toList();
    } catch (EtcdLink.Failed e) {
      return List.of();
    }
  }
}
