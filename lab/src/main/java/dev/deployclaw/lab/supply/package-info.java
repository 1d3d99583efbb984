/** What the product is made of, and which of it is known to be vulnerable. */
@NullMarked
package dev.deployclaw.lab.supply;

import org.jspecify.annotations.NullMarked;
