/** Small files of the state folder: atomic, synced writes, and the lock of the serving process. */
@NullMarked
package dev.deployclaw.container.file;

import org.jspecify.annotations.NullMarked;
