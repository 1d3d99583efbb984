package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.OLIVIA;

import com.microsoft.playwright.Page;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Cases of the console: a browser for all of a class, and for each a served agent of its own. */
abstract class ConsoleCases {
  static ConsoleBrowser browser;

  @TempDir Path folder;

  Served served;

  @BeforeAll
  static void launch() {
    browser = ConsoleBrowser.launch();
  }

  @AfterAll
  static void end() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    served = serve();
    begin();
  }

  Served serve() throws Exception {
    return Served.start(folder);
  }

  /** What the agent has done before; by default it applied the policies. */
  void begin() {
    served.world.planner = new GrammarInterpreter();
    served.done("apply the policies", "COMPLETED");
  }

  @AfterEach
  void stop() {
    try {
      browser.closeWindows();
    } finally {
      served.close();
    }
  }

  /** Somebody's new window on a page. */
  final Page signIn(String path, String token) {
    return ConsoleBrowser.signIn(browser.window(served), served, path, token);
  }

  /** A change of Olivia's that waits for an approval. */
  final String held() {
    return held(OLIVIA);
  }

  /** A change that waits for an approval. */
  final String held(String token) {
    String body =
        "{\"request\": \"set acme's orders limit to 300 per minute\", \"approval\": \"manual\"}";
    String id = served.post("/v1/tasks", token, body).text("execution_id");
    served.awaitResult(id, "HELD");
    return id;
  }
}
