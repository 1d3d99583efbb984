/** Small files of the state directory. */
@NullMarked
package dev.deployclaw.container.files;

import org.jspecify.annotations.NullMarked;
