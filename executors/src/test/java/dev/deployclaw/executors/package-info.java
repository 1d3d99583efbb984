/** What the executors' tests share. */
@NullMarked
package dev.deployclaw.executors;

import org.jspecify.annotations.NullMarked;
