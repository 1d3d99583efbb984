/** The console: its pages as files of this program, and the session by which a browser uses it. */
@NullMarked
package dev.deployclaw.container.http.console;

import org.jspecify.annotations.NullMarked;
