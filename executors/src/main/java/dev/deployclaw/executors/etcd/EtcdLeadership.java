package dev.deployclaw.executors.etcd;

import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Leadership;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The lead, as long as its lease stands. {@link #holds} is a courtesy that stops a leader early;
 * what keeps a former leader from writing are the {@link #conditions}.
 */
record EtcdLeadership(String name, long term, List<Condition> conditions, LeaseKeepAlive watch)
    implements Leadership {

  static EtcdLeadership begin(LeaseKeepAlive watch, String name, long term, long revision) {
    List<Condition> conditions =
        List.of(
            new Condition.Unmoved("leader", revision),
            new Condition.Holds("term", Long.toString(term).getBytes(StandardCharsets.UTF_8)));
    return new EtcdLeadership(name, term, conditions, watch);
  }

  @Override
  public boolean holds() {
    return watch.holds();
  }

  @Override
  public void close() {
    watch.close();
  }
}
