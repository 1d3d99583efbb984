package dev.deployclaw.container.confinement;

/** The user and the group that a process runs as, by their numbers. */
public record ProcessUser(int uid, int gid) {
  public ProcessUser {
    if (uid < 0 || gid < 0) {
      throw new IllegalArgumentException("no user or group has a number below 0");
    }
  }
}
