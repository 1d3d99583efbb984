package dev.deployclaw.policy.decision;

/**
 * What admitted requests take from one counter.
 *
 * @param requests how many, at least 1
 * @param each what one of them takes
 * @param lease names them, see {@link AdmissionRequest}
 */
record AdmittedUnits(long requests, long each, String lease) {
  long cost() {
    return requests * each;
  }

  /** What the place of one of them is called: {@code 2/9f3c:0}, its units, the ask, its number. */
  String id(long number) {
    return id(each, lease, number);
  }

  static String id(long units, String lease, long number) {
    return units + "/" + lease + ":" + number;
  }
}
