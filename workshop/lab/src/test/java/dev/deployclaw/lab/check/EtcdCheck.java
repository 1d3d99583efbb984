package dev.deployclaw.lab.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether etcd is at rest: nothing open, every change over or held, no set that nobody needs. */
record EtcdCheck(EtcdctlSnapshot etcd, ExpectedEpoch wanted) {
  private static final Set<String> AT_REST =
      Set.of("completed", "rolled-back", "failed", "aborted", "held");

  List<String> wrong() {
    var wrong = new ArrayList<String>();
    etcd.text("open").ifPresent(id -> wrong.add("open is " + id));
    for (String id : etcd.under("change/")) {
      String state = etcd.at("change/" + id).orElseThrow().path("state").path("name").asText();
      if (!AT_REST.contains(state)) {
        wrong.add(id + " is " + state);
      }
    }
    for (String key : etcd.under("policy/")) {
      if (!wanted.allowed().contains(Long.parseLong(key.substring(0, key.indexOf('/'))))) {
        wrong.add("etcd still has policy/" + key);
      }
    }
    if (etcd.at("checkpoint/" + wanted.epoch()).isEmpty()) {
      wrong.add("epoch " + wanted.epoch() + " is active without a checkpoint");
    }
    return wrong;
  }
}
