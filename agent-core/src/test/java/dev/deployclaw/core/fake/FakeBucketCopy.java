package dev.deployclaw.core.fake;

import dev.deployclaw.core.invariant.RecordInvariants;
import dev.deployclaw.core.log.BucketCopy;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.ObjectStore.Get;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The bucket as a copy of a journal in memory. A log is one object that is also its head; it is
 * copied when it is to be proven.
 */
public final class FakeBucketCopy implements BucketCopy {
  private final FakeJournal journal;
  private final ObjectStore objects;
  private final BiConsumer<String, Runnable> disk;

  /**
   * @param disk how something is written on the machine's disk, and what that is called
   */
  public FakeBucketCopy(
      FakeJournal journal, ObjectStore objects, BiConsumer<String, Runnable> disk) {
    this.journal = journal;
    this.objects = objects;
    this.disk = disk;
  }

  @Override
  public List<String> copied() {
    return journal.executions().stream()
        .filter(id -> RecordInvariants.ends(journal.read(id)))
        .toList();
  }

  @Override
  public Optional<Proven> prove(String execution) throws InterruptedException {
    var records = journal.read(execution);
    String name = name(execution, records);
    var _ = objects.create(name, lines(records));
    return switch (objects.read(name)) {
      case Get.Found(byte[] bytes) when Arrays.equals(bytes, lines(records)) ->
          Optional.of(new Proven(name, records));
      case Get.Found _, Get.Absent _ -> Optional.empty();
      case Get.Failed(var fault) -> throw new BucketUnavailableException(fault.reason());
    };
  }

  @Override
  public List<byte[]> read(String head, String execution, LogHead end) throws InterruptedException {
    var records = records(head);
    var last = records.isEmpty() ? LogHead.START : head(records.getLast());
    if (!last.equals(end)) {
      throw new BucketUnavailableException(head + " ends with " + last + ", expected " + end);
    }
    return records;
  }

  @Override
  public boolean letGo(String execution, Proven proven) {
    disk.accept("journal.let-go", () -> journal.letGo(execution, proven.head()));
    return true;
  }

  /** Of a log that this journal has no file of any more. */
  public List<byte[]> left(String head) {
    try {
      return records(head);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<byte[]> records(String head) throws InterruptedException {
    return switch (objects.read(head)) {
      case Get.Found(byte[] bytes) -> split(bytes);
      case Get.Absent _ -> throw new BucketUnavailableException(head + " is gone");
      case Get.Failed(var fault) -> throw new BucketUnavailableException(fault.reason());
    };
  }

  /** The lines of an object. */
  public static List<byte[]> split(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  private static String name(String execution, List<byte[]> records) {
    var last = head(records.getLast());
    return "logs/%s/head-%d.%s".formatted(execution, last.seq(), last.hash());
  }

  private static LogHead head(byte[] record) {
    var json = RecordInvariants.parse(record);
    return new LogHead(json.path("seq").asLong(), json.path("hash").asText());
  }

  private static byte[] lines(List<byte[]> records) {
    var out = new ByteArrayOutputStream();
    for (byte[] one : records) {
      out.writeBytes(one);
      out.write('\n');
    }
    return out.toByteArray();
  }
}
