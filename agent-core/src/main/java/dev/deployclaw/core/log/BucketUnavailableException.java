package dev.deployclaw.core.log;

/** Records that lie in the bucket alone can't be had now. */
public final class BucketUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BucketUnavailableException(String message) {
    super(message);
  }
}
