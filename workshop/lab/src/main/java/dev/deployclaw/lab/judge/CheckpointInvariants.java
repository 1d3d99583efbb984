package dev.deployclaw.lab.judge;

import dev.deployclaw.lab.judge.protocol.ByteDigests;
import dev.deployclaw.lab.judge.protocol.EtcdSnapshot;
import dev.deployclaw.lab.judge.protocol.S3BucketReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether each checkpoint's object is in the object store and hashes to its name. It can't change
 * any more once it does, so each is read once.
 */
final class CheckpointInvariants {
  private final S3BucketReader bucket;
  private final Set<String> intact = new HashSet<>();

  CheckpointInvariants(S3BucketReader bucket) {
    this.bucket = bucket;
  }

  List<String> wrong(EtcdSnapshot etcd) {
    var wrong = new ArrayList<String>();
    for (String epoch : etcd.under("checkpoint/")) {
      var marker = etcd.json("checkpoint/" + epoch).orElseThrow();
      String name = marker.text("s3");
      String sha256 = marker.text("sha256");
      if (!name.equals("pending") && !intact.contains(name)) {
        judge(epoch, name, sha256, wrong);
      }
    }
    return wrong;
  }

  int intact() {
    return intact.size();
  }

  private void judge(String epoch, String name, String sha256, List<String> wrong) {
    try {
      var object = bucket.object(name);
      if (object.isEmpty()) {
        wrong.add("the checkpoint of epoch " + epoch + " is gone: " + name);
      } else if (!ByteDigests.sha256(object.get()).equals(sha256) || !name.contains(sha256)) {
        wrong.add("the checkpoint of epoch " + epoch + " does not hash to its name: " + name);
      } else {
        intact.add(name);
      }
    } catch (IOException e) {
      wrong.add("the checkpoint of epoch " + epoch + ": " + e);
    }
  }
}
