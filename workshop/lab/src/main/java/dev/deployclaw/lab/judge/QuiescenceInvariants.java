package dev.deployclaw.lab.judge;

import dev.deployclaw.lab.judge.protocol.EtcdSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether etcd is at rest: nothing open, every change over or held, no set that nobody needs. */
record QuiescenceInvariants(EtcdSnapshot etcd, ExpectedState wanted) {
  private static final Set<String> AT_REST =
      Set.of("completed", "rolled-back", "failed", "aborted", "held");

  List<String> wrong() {
    var wrong = new ArrayList<String>();
    if (etcd.json("active").orElseThrow().has("candidate")) {
      wrong.add("a candidate is still on trial");
    }
    etcd.text("open").ifPresent(id -> wrong.add("open is " + id));
    for (String id : etcd.under("change/")) {
      String state = state(etcd, id);
      if (!AT_REST.contains(state)) {
        wrong.add(id + " is " + state);
      }
    }
    for (String key : etcd.under("policy/")) {
      if (!wanted.allowed().contains(Long.parseLong(key.substring(0, key.indexOf('/'))))) {
        wrong.add("etcd" + EstateJudge.STILL_HAS + "policy/" + key);
      }
    }
    return wrong;
  }

  static String state(EtcdSnapshot etcd, String change) {
    return etcd.json("change/" + change).orElseThrow().at("state").text("name");
  }
}
