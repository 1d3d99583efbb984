/** Sessions of browsers that signed in to the console: their cookie, their bounds, their end. */
@NullMarked
package dev.deployclaw.container.http.session;

import org.jspecify.annotations.NullMarked;
