package dev.deployclaw.container.cli.screen;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.ControlChar;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.slf4j.LoggerFactory;

/**
 * The terminal of this process, taken over until it is closed: its other screen, without a cursor,
 * with keys that come one by one. However the process ends, apart from a kill that it can't see,
 * the terminal is as it was. JLine knows its modes, its size and its keys; what is drawn goes
 * through the process's own output, which hides secrets. One thread; {@link #close} by any.
 */
public final class LiveScreen implements AutoCloseable {
  /** Between two looks at keys and size: a screen is drawn no more often. */
  private static final Duration FRAME = Duration.ofMillis(200);

  /** The alternate screen, and no cursor (xterm's private modes). */
  private static final String ENTER = "\u001b[?1049h\u001b[?25l";

  private static final String LEAVE = "\u001b[0m\u001b[?25h\u001b[?1049l";

  /** Until the rest of a key's sequence has come. */
  private static final long SEQUENCE_MILLIS = 50;

  private static final int ESCAPE = 0x1b;
  private static final int GONE = -1;
  private static final int NONE = -2;

  /** A terminal that doesn't say is as large. */
  private static final int USUAL_ROWS = 24;

  private final Terminal terminal;
  private final Attributes before;
  private final PrintStream out;
  private final FramePainter painter;
  private final Thread atExit = Thread.ofPlatform().unstarted(this::restore);
  private ScrollWindow window;
  private Optional<Drawn> last = Optional.empty();
  private int lines;
  private int rows;
  private boolean closed;

  /** What is on the screen, and for which size and place of the text. */
  private record Drawn(ScreenFrame frame, int columns, int height, ScrollWindow window) {}

  private LiveScreen(Terminal terminal, PrintStream out, boolean colour, ScrollWindow window) {
    this.terminal = terminal;
    this.out = out;
    this.painter = new FramePainter(colour);
    this.window = window;
    this.before = terminal.getAttributes();
  }

  /**
   * Takes the terminal over.
   *
   * @param window what is shown first of a long text
   * @return empty where its modes can't be set
   */
  public static Optional<LiveScreen> open(PrintStream out, boolean colour, ScrollWindow window) {
    try {
      var terminal =
          TerminalBuilder.builder()
              .system(true)
              .ffm(true)
              .jni(false)
              .exec(false)
              .dumb(false)
              .nativeSignals(false)
              .graphemeCluster(false)
              .type("ansi") // its capabilities aren't used, and asking for them starts a program
              .build();
      var screen = new LiveScreen(terminal, out, colour, window);
      screen.enter();
      return Optional.of(screen);
    } catch (IOException | IllegalStateException e) {
      LoggerFactory.getLogger(LiveScreen.class)
          .atDebug()
          .addKeyValue("reason", e.toString())
          .log("The terminal can't be drawn on");
      return Optional.empty();
    }
  }

  private void enter() {
    Runtime.getRuntime().addShutdownHook(atExit);
    terminal.enterRawMode();
    var raw = terminal.getAttributes();
    raw.setControlChar(ControlChar.VSUSP, 0); // a shell would be left on the other screen
    terminal.setAttributes(raw);
    print(ENTER);
  }

  /** Draws a frame where anything is new: the frame, the terminal's size, or the place. */
  public synchronized void draw(ScreenFrame frame) {
    var wanted = new Drawn(frame, columns(), height(), window);
    if (closed || last.filter(wanted::equals).isPresent()) {
      return;
    }
    var painted = painter.paint(frame, window, wanted.columns(), wanted.height());
    window = painted.window();
    lines = painted.lines();
    rows = painted.rows();
    last = Optional.of(new Drawn(frame, wanted.columns(), wanted.height(), window));
    print(painted.screen());
  }

  /** Whether the newest line of a text stays in view. */
  public synchronized boolean isPinned() {
    return window.pinned();
  }

  /** How wide it is now. */
  public int columns() {
    return sized(terminal.getColumns(), TerminalColumns.USUAL);
  }

  private int height() {
    return sized(terminal.getRows(), USUAL_ROWS);
  }

  private static int sized(int told, int usual) {
    return told > 0 ? told : usual;
  }

  /** What was pressed within a frame's time. A key that moves the text has moved it already. */
  public Optional<ScreenKey> key() {
    try {
      int pressed = terminal.reader().read(FRAME.toMillis());
      var key = pressed == ESCAPE ? sequence() : single(pressed);
      if (key.isPresent() && key.get() instanceof ScreenKey.Move move) {
        move(move);
      }
      return key;
    } catch (IOException e) {
      return Optional.of(ScreenKey.End.QUIT);
    }
  }

  private synchronized void move(ScreenKey.Move by) {
    window = window.moved(by, lines, rows);
  }

  private static Optional<ScreenKey> single(int pressed) {
    return switch (pressed) {
      case NONE -> Optional.empty();
      case GONE, 'q', 'Q', 0x03, 0x04 -> Optional.of(ScreenKey.End.QUIT);
      case 'k' -> Optional.of(ScreenKey.Move.UP);
      case 'j' -> Optional.of(ScreenKey.Move.DOWN);
      case ' ' -> Optional.of(ScreenKey.Move.PAGE_DOWN);
      case 'b' -> Optional.of(ScreenKey.Move.PAGE_UP);
      case 'g' -> Optional.of(ScreenKey.Move.FIRST);
      case 'G' -> Optional.of(ScreenKey.Move.LAST);
      default -> Optional.of(new ScreenKey.Letter((char) pressed));
    };
  }

  /** Arrows and their neighbours (ECMA-48; xterm). */
  private Optional<ScreenKey> sequence() throws IOException {
    int kind = terminal.reader().read(SEQUENCE_MILLIS);
    if (kind != '[' && kind != 'O') {
      return Optional.empty();
    }
    return switch (terminal.reader().read(SEQUENCE_MILLIS)) {
      case 'A' -> Optional.of(ScreenKey.Move.UP);
      case 'B' -> Optional.of(ScreenKey.Move.DOWN);
      case 'H' -> Optional.of(ScreenKey.Move.FIRST);
      case 'F' -> Optional.of(ScreenKey.Move.LAST);
      case '5' -> tilde(ScreenKey.Move.PAGE_UP);
      case '6' -> tilde(ScreenKey.Move.PAGE_DOWN);
      default -> Optional.empty();
    };
  }

  private Optional<ScreenKey> tilde(ScreenKey.Move move) throws IOException {
    return terminal.reader().read(SEQUENCE_MILLIS) == '~' ? Optional.of(move) : Optional.empty();
  }

  private void print(String text) {
    out.print(text);
    out.flush();
  }

  private synchronized void restore() {
    if (closed) {
      return;
    }
    closed = true;
    print(LEAVE);
    try {
      terminal.setAttributes(before);
      terminal.close();
    } catch (IOException | RuntimeException e) {
      LoggerFactory.getLogger(LiveScreen.class)
          .atDebug()
          .addKeyValue("reason", e.toString())
          .log("The terminal can't be closed");
    }
  }

  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // the process ends, and its hook ran or waits for this
    }
  }
}
