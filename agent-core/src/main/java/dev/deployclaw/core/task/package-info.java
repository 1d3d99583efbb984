/** What someone asked, and what it means. */
@NullMarked
package dev.deployclaw.core.task;

import org.jspecify.annotations.NullMarked;
