package dev.deployclaw.ratelimit;

import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Tests of a class on one estate. Epochs grow from test to test; each begins without counters. */
abstract class EstateCases {
  @TempDir static Path folder;
  @AutoClose static Estate estate;
  static long epoch;

  @BeforeAll
  static void startEstate() throws Exception {
    estate = Estate.start(folder, 0);
  }

  @BeforeEach
  void forgetCounters() {
    estate.redis().primaries().forEach(node -> Estate.onNode(node, Jedis::flushAll));
    epoch++;
  }
}
