/** How many connections the listeners of one Vert.x take, of all and of one address. */
@NullMarked
package dev.deployclaw.container.listener;

import org.jspecify.annotations.NullMarked;
