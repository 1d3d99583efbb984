package dev.deployclaw.executors.gateway;

import dev.deployclaw.executors.sandbox.PlainHttp;
import dev.deployclaw.policy.gateway.NginxFile;
import java.io.IOException;
import java.time.Duration;

/** Asks a running gateway, through its port, which file it acts on. */
record Identity(Duration answer) {
  private static final String PATH = "/.well-known/deployclaw";

  /**
   * The digest that it says; empty where it answers but says none, as a hand-written file does.
   *
   * @throws IOException if it doesn't answer
   */
  String running(FileGateway gateway) throws IOException {
    var said = new PlainHttp(gateway.url(), answer).get(PATH);
    return said.status() == 200 ? NginxFile.configIn(said.body()).orElse("") : "";
  }
}
