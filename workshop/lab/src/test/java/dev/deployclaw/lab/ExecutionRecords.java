package dev.deployclaw.lab;

import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** The records of an execution: those on disk, and those that any client of NATS reads. */
record ExecutionRecords(LabFixture scene, String execution) {
  private static final String STREAM = "DEPLOYCLAW_AUDIT";

  List<String> onDisk() throws Exception {
    var folder = scene.config().stateDir().resolve("executions");
    return Files.readAllLines(folder.resolve(execution + ".jsonl"));
  }

  List<String> streamed() throws Exception {
    var nats = Nats.connect(scene.config().nats().url());
    try {
      return records(nats.jetStreamManagement());
    } finally {
      nats.close();
    }
  }

  private List<String> records(JetStreamManagement stream) throws Exception {
    var out = new ArrayList<String>();
    long last = stream.getStreamInfo(STREAM).getStreamState().getLastSequence();
    for (long seq = 1; seq <= last; seq++) {
      var message = stream.getMessage(STREAM, seq);
      if (String.valueOf(message.getSubject()).startsWith("deployclaw.audit." + execution + ".")) {
        out.add(new String(message.getData(), StandardCharsets.UTF_8));
      }
    }
    return out;
  }
}
