package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.fake.FakeObjectStore;
import dev.deployclaw.core.sim.engine.AwaitPoint.Kind;
import dev.deployclaw.core.sim.engine.SimLink.Message;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.ObjectStore;
import java.util.Optional;
import java.util.function.Function;

/** The bucket as one process reaches it. It isn't always as honest as it says. */
final class SimObjectStore implements ObjectStore {
  private static final long PATIENCE = 5_000_000;
  private final FakeObjectStore objects;
  private final SimLink line;

  SimObjectStore(FakeObjectStore objects, SimLink line) {
    this.objects = objects;
    this.line = line;
  }

  @Override
  public Put create(String name, byte[] bytes) {
    var message =
        new Message<Put>(
            "s3.create",
            Kind.WRITES,
            () -> created(name, bytes),
            () -> new Put.Failed(new CallFault.Unavailable("no route")));
    return ask(message, new CallFault.Unknown("cut off"), Put.Failed::new);
  }

  private Put created(String name, byte[] bytes) {
    return switch (line.weather().bucket()) {
      case HONEST, STALE -> objects.create(name, bytes);
      case SWALLOWS -> new Put.Created();
      case CORRUPTS -> {
        byte[] other = bytes.clone();
        other[other.length / 2] ^= 1;
        yield objects.create(name, other);
      }
      case IGNORES_CONDITION -> {
        objects.alter(name, bytes);
        yield new Put.Created();
      }
    };
  }

  @Override
  public Get read(String name) {
    var message =
        new Message<Get>(
            "s3.read",
            Kind.READS,
            () ->
                line.weather().bucket() == FaultModel.Bucket.STALE
                    ? new Get.Absent()
                    : objects.read(name),
            () -> new Get.Failed(new CallFault.Unavailable("no route")));
    return ask(message, new CallFault.Unavailable("cut off"), Get.Failed::new);
  }

  /** By the executor host, which has the bucket's keys. */
  private <T> T ask(Message<T> message, CallFault cut, Function<CallFault, T> failed) {
    var request =
        new SimHost.Request(message.what(), message.kind(), 1, PATIENCE, cut, Optional.empty());
    var slot = line.host().take(request).pass(message, failed);
    line.sim().await(line.actor(), slot, PATIENCE);
    return slot.arrived() ? slot.value() : failed.apply(new CallFault.Unknown("no answer"));
  }

  /** On this machine's disk. */
  @Override
  public boolean keep(String name, byte[] bytes) {
    boolean[] kept = new boolean[1];
    line.write("s3.keep", () -> kept[0] = objects.keep(name, bytes));
    return kept[0];
  }

  @Override
  public String locate(String name) {
    return objects.locate(name);
  }

  @Override
  public void close() {}
}
