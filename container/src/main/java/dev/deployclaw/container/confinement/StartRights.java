package dev.deployclaw.container.confinement;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * What the starting process may do itself.
 *
 * @param uid its effective user
 * @param capabilities those that it may use, by bit
 */
record StartRights(int uid, long capabilities) {
  /** The kernel's capabilities, by bit (capability.h). */
  static final List<String> CAPABILITIES =
      List.of(
          ("chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap"
                  + " linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock"
                  + " ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin"
                  + " sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease"
                  + " audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm"
                  + " block_suspend audit_read perfmon bpf checkpoint_restore")
              .split(" ", -1));

  /** This process's, as its threads have it. */
  static StartRights here() {
    try {
      var thread = ThreadRights.all("self").getFirst();
      return new StartRights(uid(thread.uids()), thread.effective());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read this process's rights", e);
    }
  }

  /** The effective one, the second where they differ. */
  private static int uid(String uids) {
    String[] four = uids.split("\\s+", -1);
    return Integer.parseInt(four[four.length > 1 ? 1 : 0]);
  }

  boolean root() {
    return uid == 0;
  }

  boolean has(String capability) {
    return (capabilities >> CAPABILITIES.indexOf(capability) & 1) == 1;
  }

  static List<String> names(long mask) {
    return CAPABILITIES.stream()
        .filter(name -> (mask >> CAPABILITIES.indexOf(name) & 1) == 1)
        .toList();
  }
}
