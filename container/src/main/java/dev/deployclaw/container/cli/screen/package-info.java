/** Views that have a terminal for themselves: drawn in place, moved by keys, left as it was. */
@NullMarked
package dev.deployclaw.container.cli.screen;

import org.jspecify.annotations.NullMarked;
