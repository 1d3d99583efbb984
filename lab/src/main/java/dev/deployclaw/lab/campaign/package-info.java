/** Kills agents and what they work with, again and again, and has a judge say what came of it. */
@NullMarked
package dev.deployclaw.lab.campaign;

import org.jspecify.annotations.NullMarked;
