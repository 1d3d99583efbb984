package dev.deployclaw.core.log;

/** Records that lie in the bucket alone can't be had now. */
public final class BucketAway extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BucketAway(String message) {
    super(message);
  }
}
