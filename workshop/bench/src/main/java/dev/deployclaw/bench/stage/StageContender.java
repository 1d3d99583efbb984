package dev.deployclaw.bench.stage;

/** What is measured by turns: a phase as a run performs it, and what it is compared with. */
enum StageContender {
  STAGE("stage"),
  REDIS_CLI("redis-cli --pipe"),
  RAW_WRITE("raw socket write"),
  NOTHING("redis-cli --pipe of nothing"),
  PREPARE("prepare"),
  RAW_READ("raw socket read");

  private final String title;

  StageContender(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}
