package dev.deployclaw.core.log;

import dev.deployclaw.core.log.RecordSealer.LogHead;
import java.util.List;
import java.util.Optional;

/**
 * The bucket as a copy of this machine's logs, each in segments that are created once, under a
 * signed head. What it was proven to hold may leave this machine; it is read from there then. Any
 * thread; each call waits for the bucket as long as that's timeouts say.
 */
public interface BucketCopy {
  /** Of a journal that has no bucket. */
  BucketCopy NONE =
      new BucketCopy() {
        @Override
        public List<String> copied() {
          return List.of();
        }

        @Override
        public Optional<Proven> prove(String execution) {
          return Optional.empty();
        }

        @Override
        public List<byte[]> read(String head, String execution, LogHead end)
            throws BucketUnavailableException {
          throw new BucketUnavailableException(
              "the log of " + execution + " is in a bucket, and no bucket is configured");
        }

        @Override
        public boolean letGo(String execution, Proven proven) {
          return false;
        }
      };

  /** Logs whose files are here and were copied as they are, by id. */
  List<String> copied();

  /**
   * Reads the copy of a log back: every segment, and the head with its signature. Empty where that
   * isn't, record for record, the file that is here, or where the stream hasn't all of it.
   *
   * @throws BucketUnavailableException when the bucket can't be read
   */
  Optional<Proven> prove(String execution) throws BucketUnavailableException, InterruptedException;

  /**
   * A copy that was read back.
   *
   * @param head the object that is its signed head
   * @param records all of the log
   */
  record Proven(String head, List<byte[]> records) {
    public Proven {
      records = List.copyOf(records);
    }
  }

  /** How many records a log has that lies in the bucket alone; 0 of another. Asks no bucket. */
  default long recordsLeft(String execution) {
    return 0;
  }

  /**
   * Records of a log that lies in the bucket alone.
   *
   * @param after the number of the record before them
   * @param more whether others follow
   */
  record Part(long after, List<byte[]> records, boolean more) {
    public Part {
      records = List.copyOf(records);
    }

    /** Whether the record behind one is among them. */
    public boolean follows(long seq) {
      return after <= seq && seq < after + records.size();
    }
  }

  /**
   * The part of such a log in which the record behind one is; none where it has no such. Empty for
   * a log that doesn't lie in the bucket alone.
   *
   * @throws BucketUnavailableException when it can't be read
   */
  default Optional<Part> part(String execution, long after)
      throws BucketUnavailableException, InterruptedException {
    return Optional.empty();
  }

  /**
   * The records below a head, whichever machine signed it: a chain that ends as the state store
   * knows.
   *
   * @param head the object
   * @throws BucketUnavailableException when they can't be read, or aren't that
   */
  List<byte[]> read(String head, String execution, LogHead end)
      throws BucketUnavailableException, InterruptedException;

  /**
   * Lets a log leave this machine, if its file still is what was proven, and nobody compares the
   * stream with it now.
   *
   * @return whether the file is gone
   */
  boolean letGo(String execution, Proven proven);
}
