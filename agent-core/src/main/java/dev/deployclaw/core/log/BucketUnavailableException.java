package dev.deployclaw.core.log;

/** Records that lie in the bucket alone can't be had now. */
public final class BucketUnavailableException extends RuntimeException {
  public BucketUnavailableException(String message) {
    super(message);
  }
}
