package dev.deployclaw.bench.view;

import java.util.Locale;

/** What a reader does with the page of a log, until it is on the screen, and the least it takes. */
enum PageAction {
  /** From the beginning of navigation to the first paint with something in it. */
  OPEN(
      "opened",
      """
      () => new Promise(done => new PerformanceObserver(list => list.getEntries()
          .filter(entry => entry.name === 'first-contentful-paint')
          .forEach(entry => done(entry.startTime))).observe({type: 'paint', buffered: true}))
      """,
      "",
      "the same JSON read, one line shown"),

  END("to its end (End)", pressed("End"), painted(0), "two frames"),

  DETAIL("a record opened (Enter)", pressed("Enter"), painted(0), "two frames"),

  /** The first filter makes the words of all records. */
  FILTER("filtered for the first time", filtered("gw-123"), painted(120), "120 ms, two frames"),

  FILTER_AGAIN("filtered again", filtered("gw-12"), painted(120), "120 ms, two frames");

  private final String title;
  private final String script;
  private final String floorScript;
  private final String floorTitle;

  PageAction(String title, String script, String floorScript, String floorTitle) {
    this.title = title;
    this.script = script;
    this.floorScript = floorScript;
    this.floorTitle = floorTitle;
  }

  String title() {
    return title;
  }

  String floorTitle() {
    return floorTitle;
  }

  /** JavaScript that does it and comes to milliseconds. */
  String script() {
    return script;
  }

  /** Of the floor; the one of {@link #OPEN} is a page of its own. */
  String floorScript() {
    return this == OPEN ? script : floorScript;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static String pressed(String key) {
    return timed(
        """
        const list = document.querySelector('.records');
        list.dispatchEvent(new KeyboardEvent('keydown', {key: '%s', bubbles: true}));
        await painted();
        """
            .formatted(key));
  }

  private static String filtered(String words) {
    return timed(
        """
        const box = document.querySelector('input[type=search]');
        const count = document.querySelector('.count[role=status]'), before = count.textContent;
        box.value = '%s';
        box.dispatchEvent(new Event('input'));
        while (count.textContent === before && performance.now() - begin < 60000) await painted();
        await painted();
        if (count.textContent === before) throw new Error('it was not filtered');
        """
            .formatted(words));
  }

  private static String painted(int wait) {
    return timed(
        "await new Promise(done => setTimeout(done, %d)); await painted();".formatted(wait));
  }

  private static String timed(String steps) {
    return """
    async () => {
      const frame = () => new Promise(requestAnimationFrame);
      const painted = async () => { await frame(); await frame(); };
      await painted();
      const begin = performance.now();
      %s
      return performance.now() - begin;
    }
    """
        .formatted(steps);
  }
}
