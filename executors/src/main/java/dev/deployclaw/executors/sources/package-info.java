/** Policy documents in folders, read as they are. */
@NullMarked
package dev.deployclaw.executors.sources;

import org.jspecify.annotations.NullMarked;
