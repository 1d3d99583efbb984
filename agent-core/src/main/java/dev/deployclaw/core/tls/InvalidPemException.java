package dev.deployclaw.core.tls;

/** A PEM file that can't be used: what is wrong with it, and what to do. */
public final class InvalidPemException extends Exception {
  private final String what;
  private final String remedy;

  InvalidPemException(String what, String remedy) {
    super(what + ": " + remedy);
    this.what = what;
    this.remedy = remedy;
  }

  public String what() {
    return what;
  }

  public String remedy() {
    return remedy;
  }
}
