package dev.deployclaw.executors.etcd;

import io.etcd.jetcd.maintenance.AlarmMember;
import io.etcd.jetcd.options.GetOption;
import java.util.ArrayList;
import java.util.List;

/**
 * How the members of an etcd cluster say they are.
 *
 * @param alarms that are raised: {@code NOSPACE}, {@code CORRUPT}; empty where they aren't told
 * @param history revisions that are all kept since nothing was ever compacted; else 0
 */
public record EtcdHealth(List<Member> members, List<String> alarms, long history) {
  public EtcdHealth {
    members = List.copyOf(members);
    alarms = List.copyOf(alarms);
  }

  /**
   * One configured endpoint.
   *
   * @param bytes of its database, with what is free in it
   * @param used of them
   * @param trouble why it doesn't say; else empty
   */
  public record Member(String endpoint, String version, long bytes, long used, String trouble) {}

  /** Asks each endpoint by itself; bounded by the settings' timeout for each. */
  public static EtcdHealth of(EtcdSettings settings) throws InterruptedException {
    try (var link = new EtcdClient(settings)) {
      var members = new ArrayList<Member>();
      for (String endpoint : settings.endpoints()) {
        members.add(member(link, endpoint));
      }
      return new EtcdHealth(members, alarms(link), history(link));
    }
  }

  private static Member member(EtcdClient link, String endpoint) throws InterruptedException {
    try {
      var status = link.call(c -> c.getMaintenanceClient().statusMember(endpoint));
      return new Member(
          endpoint, status.getVersion(), status.getDbSize(), status.getDbSizeInUse(), "");
    } catch (EtcdClient.Failed e) {
      return new Member(endpoint, "", 0, 0, e.fault().reason());
    }
  }

  private static List<String> alarms(EtcdClient link) throws InterruptedException {
    try {
      return link.call(c -> c.getMaintenanceClient().listAlarms()).getAlarms().stream()
          .map(AlarmMember::getAlarmType)
          .map(Enum::name)
          .toList();
    } catch (EtcdClient.Failed e) {
      return List.of();
    }
  }

  /** The first revision can be read for as long as nothing was compacted. */
  private static long history(EtcdClient link) throws InterruptedException {
    var first = GetOption.builder().withRevision(1).withCountOnly(true).build();
    try {
      return link.call(c -> c.getKVClient().get(EtcdClient.bytes("any"), first))
          .getHeader()
          .getRevision();
    } catch (EtcdClient.Failed e) {
      return 0;
    }
  }
}
