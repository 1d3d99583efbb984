package dev.deployclaw.core.spi;

/** A bucket of immutable objects under names that are never written twice (S3). */
public interface ObjectStore extends AutoCloseable {
  /** Creates the object, or says that one of that name is there. */
  Put create(String name, byte[] bytes) throws InterruptedException;

  Get read(String name) throws InterruptedException;

  /**
   * Keeps an object that could not be created, so that it is created later.
   *
   * @return whether it is kept: a store that is no more than a bucket can't
   */
  default boolean keep(String name, byte[] bytes) {
    return false;
  }

  /**
   * Creates what was kept, and reads it back.
   *
   * @return how many objects still wait
   */
  default int settle() throws InterruptedException {
    return 0;
  }

  /** Where an object is, for people: {@code s3://bucket/name}. */
  String locate(String name);

  @Override
  void close();

  /** How a create ended. */
  sealed interface Put {
    record Created() implements Put {}

    record AlreadyThere() implements Put {}

    record Failed(CallFault fault) implements Put {}
  }

  /** How a read ended. */
  sealed interface Get {
    record Found(byte[] bytes) implements Get {}

    record Absent() implements Get {}

    record Failed(CallFault fault) implements Get {}
  }
}
