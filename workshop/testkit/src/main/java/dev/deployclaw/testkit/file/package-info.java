/** Files, folders and small file systems for tests. */
@NullMarked
package dev.deployclaw.testkit.file;

import org.jspecify.annotations.NullMarked;
