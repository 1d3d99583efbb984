/** Instants that people write as dates, weekdays and clocks. */
@NullMarked
package dev.deployclaw.core.language.time;

import org.jspecify.annotations.NullMarked;
